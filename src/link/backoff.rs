//! How long to wait before the next try: a pure function.

use std::time::Duration;

/// The delay after `failures` earlier failures in a row: none for the first try, then a random part of a
/// bound that doubles from `base` up to `cap`. `random` is in 0..1; all of the bound is jitter, so that
/// many clients that lost the same server do not come back together.
pub fn delay(failures: u32, base: Duration, cap: Duration, random: f64) -> Duration {
    bound(failures, base, cap).mul_f64(random.clamp(0.0, 1.0))
}

/// The longest that [`delay`] can be.
pub fn bound(failures: u32, base: Duration, cap: Duration) -> Duration {
    match failures {
        0 => Duration::ZERO,
        n => base.saturating_mul(2_u32.saturating_pow(n - 1)).min(cap),
    }
}

/// The delay for a place among the app's connections: grows from `least` to `cap`, never below `least`.
pub fn crowded(refusals: u32, least: Duration, cap: Duration, random: f64) -> Duration {
    let bound = least.saturating_mul(2_u32.saturating_pow(refusals)).min(cap).max(least);
    least + bound.saturating_sub(least).mul_f64(random.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BASE: Duration = Duration::from_secs(1);
    const CAP: Duration = Duration::from_secs(30);

    proptest! {
        #[test]
        fn no_wait_is_longer_than_the_cap(failures: u32, random in 0.0..1.0) {
            prop_assert!(delay(failures, BASE, CAP, random) <= CAP);
        }

        #[test]
        fn the_bound_never_shrinks_and_the_first_try_is_immediate(failures in 0..1000_u32, random in 0.0..1.0) {
            prop_assert!(bound(failures, BASE, CAP) <= bound(failures + 1, BASE, CAP));
            prop_assert_eq!(delay(0, BASE, CAP, random), Duration::ZERO);
        }

        #[test]
        fn jitter_fills_the_bound(failures in 1..100_u32, random in 0.0..1.0) {
            let bound = bound(failures, BASE, CAP);
            let delay = delay(failures, BASE, CAP, random);
            prop_assert!(delay <= bound);
            prop_assert!((delay.as_secs_f64() - bound.as_secs_f64() * random).abs() < 1e-6);
        }

        #[test]
        fn a_crowded_app_is_never_asked_faster_than_the_least(refusals: u32, random in 0.0..1.0) {
            let least = Duration::from_secs(5);
            let delay = crowded(refusals, least, Duration::from_secs(60), random);
            prop_assert!(delay >= least && delay <= Duration::from_secs(60));
        }
    }
}
