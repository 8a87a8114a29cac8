<kml><Document/></kml>
