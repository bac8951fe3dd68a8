//! Numbers by their exact value: no float stands between.

/// Whether two JSON numbers have the same value, however they are spelled.
pub(super) fn same(one: &str, other: &str) -> bool {
    one == other || matches!((Decimal::of(one), Decimal::of(other)), (Some(one), Some(other)) if one == other)
}

/// `digits` times ten to the `exponent`, without zeros at either end; nothing at all for zero.
#[derive(PartialEq, Eq)]
struct Decimal {
    negative: bool,
    digits: Vec<u8>,
    exponent: i64,
}

impl Decimal {
    /// `None` where the exponent is beyond all measure.
    fn of(text: &str) -> Option<Self> {
        let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
            None => (text, 0),
        };
        let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let mut digits: Vec<u8> =
            whole.bytes().chain(part.bytes()).skip_while(|digit| *digit == b'0').collect();
        let significant = digits.iter().rposition(|digit| *digit != b'0').map_or(0, |last| last + 1);
        if significant == 0 {
            return Some(Self { negative: false, digits: Vec::new(), exponent: 0 });
        }
        let zeros = i64::try_from(digits.len() - significant).ok()?;
        digits.truncate(significant);
        let exponent = exponent.checked_sub(i64::try_from(part.len()).ok()?)?.checked_add(zeros)?;
        Some(Self { negative, digits, exponent })
    }
}

#[cfg(test)]
mod tests {
    use super::same;

    #[test]
    fn values_are_compared_not_spellings() {
        for (one, other) in
            [("1", "1.0"), ("100", "1e2"), ("1E+2", "100.00"), ("-0", "0.0e9"), ("0.012", "12e-3")]
        {
            assert!(same(one, other), "{one} {other}");
        }
        for (one, other) in [
            ("1", "-1"),
            ("1", "10"),
            ("12345678901234567890", "12345678901234567891"),
            ("1e99999999999999999999", "1e99999999999999999998"),
            ("0.1", "0.01"),
        ] {
            assert!(!same(one, other), "{one} {other}");
        }
    }
}
