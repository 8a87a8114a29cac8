//! How far the server's clock is ahead of ours, from `hello` and `pong` (the method of NTP, RFC 5905 section 8, with the
//! server's two times taken as one).

use std::collections::VecDeque;

/// The best of the last few measurements: the one with the shortest way there and back.
#[derive(Debug, Clone, Default)]
pub(super) struct OffsetEstimate {
    /// (round trip, offset) of the last pongs, seconds.
    pongs: VecDeque<(f64, f64)>,
    /// Of the hello, which came by an unknown way: used until the first pong.
    hello_secs: Option<f64>,
}

impl OffsetEstimate {
    const KEPT: usize = 8;
    /// A longer way says nothing.
    const MAX_ROUND_TRIP_SECS: f64 = 10.0;

    pub fn hello(&mut self, server_secs: f64, local_secs: f64) {
        self.pongs.clear();
        self.hello_secs = Some(server_secs - local_secs);
    }

    pub fn pong(&mut self, sent_secs: f64, server_secs: f64, received_secs: f64) {
        let round_trip_secs = received_secs - sent_secs;
        if !(0.0..=Self::MAX_ROUND_TRIP_SECS).contains(&round_trip_secs) {
            return;
        }
        if self.pongs.len() >= Self::KEPT {
            self.pongs.pop_front();
        }
        self.pongs.push_back((round_trip_secs, server_secs - (sent_secs + received_secs) / 2.0));
    }

    /// Server time minus local time; exact to half the round trip.
    pub fn offset_secs(&self) -> Option<f64> {
        let best = self.pongs.iter().min_by(|a, b| a.0.total_cmp(&b.0));
        best.map(|(_, offset_secs)| *offset_secs).or(self.hello_secs)
    }

    pub fn round_trip_secs(&self) -> Option<f64> {
        self.pongs.back().map(|(round_trip_secs, _)| *round_trip_secs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quickest_round_trip_decides() {
        let mut estimate = OffsetEstimate::default();
        assert_eq!(estimate.offset_secs(), None);
        estimate.hello(1_000.0, 995.5);
        assert_eq!(estimate.offset_secs(), Some(4.5));
        // True offset 5; a slow way back makes the second one wrong by 0.4.
        estimate.pong(100.0, 105.1, 100.2);
        estimate.pong(110.0, 115.1, 111.0);
        assert!((estimate.offset_secs().unwrap() - 5.0).abs() < 1e-9);
        // One that seems to arrive before it was sent is ignored.
        estimate.pong(120.0, 0.0, 119.0);
        assert!((estimate.offset_secs().unwrap() - 5.0).abs() < 1e-9);
    }
}
