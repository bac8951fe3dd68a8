//! A recording that cannot go on, as on a full disk.

use jiff::{SignedDuration, Timestamp};

use super::{App, Grade};

/// What nobody waited for needs longer to be seen.
const NOTICE: SignedDuration = SignedDuration::from_secs(15);

impl App {
    /// That nothing is kept any more is told once, and stands in the header and the health pane from then on.
    pub(super) fn heed_fault(&mut self, now: Timestamp) {
        let before = std::mem::replace(&mut self.recording_fault, self.lines.fault());
        if let (None, Some(fault)) = (before, &self.recording_fault) {
            let words = format!("{fault}. Acks go on; what comes now is lost when sockscope ends");
            self.tell_for(now, NOTICE, Grade::Failed, words);
        }
    }
}
