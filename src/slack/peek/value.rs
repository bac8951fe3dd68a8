//! Reading front to back.

use super::{after_comma, container_end, next_value, opened, skip_space, string};

/// A value that is read front to back: what its members are made of is not passed over a second time to find the next.
#[derive(Debug)]
pub struct Value<'a> {
    json: &'a str,
    start: usize,
    /// Not looked for in a container until somebody needs it.
    end: Option<usize>,
}

impl<'a> Value<'a> {
    /// The value that `json` is; any text will do.
    pub fn of(json: &'a str) -> Self {
        Self::at(json, 0).unwrap_or(Self { json, start: 0, end: Some(json.len()) })
    }

    /// The value at or after `at`, where [`next_value`] finds one.
    fn at(json: &'a str, at: usize) -> Option<Self> {
        let start = skip_space(json, at);
        if let b'{' | b'[' = json.as_bytes().get(start)? {
            return Some(Self { json, start, end: None });
        }
        let (start, end) = next_value(json, start)?;
        Some(Self { json, start, end: Some(end) })
    }

    pub fn is_object(&self) -> bool {
        self.json.as_bytes().get(self.start) == Some(&b'{')
    }

    /// Its text, as it was sent.
    pub fn raw(&mut self) -> &'a str {
        let end = self.end();
        &self.json[self.start..end]
    }

    /// Gives the members of an object to `each` in their order: decoded key, value. See [`super::members`].
    pub fn members(&mut self, mut each: impl FnMut(&str, &mut Self)) {
        let json = self.json;
        let mut next = opened(json, self.start, b'{');
        while let Some((key, mut value)) = next.and_then(|at| member(json, at)) {
            each(&string(key).unwrap_or_default(), &mut value);
            let end = value.end();
            next = after_comma(json, end);
            let close = skip_space(json, end);
            if json.as_bytes().get(close) == Some(&b'}') {
                self.end = Some(close + 1);
            }
        }
    }

    /// See [`super::fields`].
    pub fn fields<const N: usize>(&mut self, keys: [&str; N]) -> [Option<&'a str>; N] {
        let mut found = [None; N];
        self.members(|key, value| {
            if let Some(at) = keys.iter().position(|wanted| *wanted == key) {
                found[at] = Some(value.raw());
            }
        });
        found
    }

    fn end(&mut self) -> usize {
        *self.end.get_or_insert_with(|| container_end(self.json.as_bytes(), self.start))
    }
}

/// The raw key and the value of the member at or after `at`.
fn member(json: &str, at: usize) -> Option<(&str, Value<'_>)> {
    let key = next_value(json, at).filter(|key| json.as_bytes()[key.0] == b'"')?;
    let colon = skip_space(json, key.1);
    let value = Value::at(json, Some(colon).filter(|at| json.as_bytes().get(*at) == Some(&b':'))? + 1)?;
    Some((&json[key.0..key.1], value))
}
