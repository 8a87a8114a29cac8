//! Giving up on a future from outside, on any executor.

use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Waker};

/// A flag that a running future listens to.
#[derive(Debug, Clone, Default)]
pub(super) struct Abort {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    aborted: bool,
    waker: Option<Waker>,
}

impl Abort {
    /// Makes [`Abort::run`] end soon.
    pub fn abort(&self) {
        let waker = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.aborted = true;
            state.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Runs the future to its end, or drops it and gives `None` once aborted.
    pub async fn run<F: Future>(&self, future: F) -> Option<F::Output> {
        let mut future = pin!(future);
        std::future::poll_fn(|context| {
            {
                let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
                if state.aborted {
                    return Poll::Ready(None);
                }
                state.waker = Some(context.waker().clone());
            }
            future.as_mut().poll(context).map(Some)
        })
        .await
    }
}
