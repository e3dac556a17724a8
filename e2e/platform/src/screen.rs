//! The lines that `bidd up` says to whoever started it. Logs go to a file; this is for eyes.

use std::io::Write as _;
use std::sync::Arc;

use control_plane_telemetry::clock::Clock;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Prints lines, or nothing.
#[derive(Clone)]
pub struct Screen(Option<Arc<Clock>>);

impl Screen {
    #[must_use]
    pub fn new(clock: Clock) -> Screen {
        Screen(Some(Arc::new(clock)))
    }

    /// One that shows nothing, for tests.
    #[must_use]
    pub fn dark() -> Screen {
        Screen(None)
    }

    /// A line with the time of day in front of it.
    pub fn line(&self, text: &str) {
        if let Some(clock) = &self.0 {
            let time = clock.now().to_zoned(korea()).strftime("%H:%M:%S").to_string();
            self.plain(&format!("{time}  {text}"));
        }
    }

    /// What opens when, and where.
    pub fn deal(&self, title: &str, opens_at: Timestamp, closes_at: Timestamp, url: &str) {
        let at = |time: Timestamp| time.to_zoned(korea()).strftime("%m-%d %H:%M:%S").to_string();
        let (opens, closes) = (at(opens_at), at(closes_at));
        self.plain(&format!("  {title}\n    opens {opens}, closes {closes} (Korea)  {url}"));
    }

    /// Why it ends here, on standard error.
    pub fn error(&self, text: &str) {
        if self.0.is_some() {
            let _ = writeln!(std::io::stderr().lock(), "bidd: {text}");
        }
    }

    /// A line as it is. A reader that has gone away is no reason to stop.
    pub fn plain(&self, text: &str) {
        if self.0.is_some() {
            let mut out = std::io::stdout().lock();
            let _ = writeln!(out, "{text}");
            let _ = out.flush();
        }
    }
}

/// Korea's time: nine hours ahead, without summer time.
#[must_use]
pub fn korea() -> TimeZone {
    TimeZone::fixed(jiff::tz::offset(9))
}
