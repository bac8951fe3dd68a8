//! A line of a report.

use std::time::Duration;

use crate::clock::{quantile, show};

/// A line of the report: what, its median and the best and the worst tenth.
pub fn tell(what: &str, times: &mut [Duration]) -> Duration {
    let [low, mid, high] = [0.1, 0.5, 0.9].map(|share| quantile(times, share));
    println!("{what:<58} {:>10}   ({} to {})", show(mid), show(low), show(high));
    mid
}
