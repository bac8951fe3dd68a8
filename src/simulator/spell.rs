//! How the words of a scenario file are spelled: durations, samples, connections, short forms.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use base64::Engine;
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor, value::MapAccessDeserializer};

use super::connection::Whom;
use super::fault::{RefuseOpen, RefuseUpgrade};
use super::step::{Disconnect, Refusal, Refuse, Send, Text};
use crate::slack::sample::{self, Sample, SampleError};

/// A duration such as `"500ms"`, `"2s"`, `"1m 30s"`; at most 30 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span(pub Duration);

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let longest = Duration::from_secs(30 * 86_400);
        let span =
            text.parse::<jiff::SignedDuration>().ok().and_then(|signed| Duration::try_from(signed).ok());
        span.filter(|span| *span <= longest).map(Self).ok_or_else(|| {
            de::Error::custom(format!(
                "{text:?} is no duration from 0s to 30 days; write \"500ms\", \"2s\" or \"1m 30s\""
            ))
        })
    }
}

/// The name of a sample that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name(pub &'static str);

impl Name {
    fn find(name: &str) -> Result<Self, SampleError> {
        let known = sample::by_name(name).ok_or_else(|| SampleError::Unknown(name.to_owned()))?;
        Ok(Self(known.name))
    }

    /// The sample itself.
    pub fn sample(self) -> Option<&'static Sample> {
        sample::by_name(self.0)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::find(&String::deserialize(from)?).map_err(de::Error::custom)
    }
}

/// How often: a number, or `"always"`; once, where nothing is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Times {
    Count(u32),
    Always,
}

impl Default for Times {
    fn default() -> Self {
        Self::Count(1)
    }
}

impl Times {
    /// As the workspace has it: `None` lasts until recovery.
    pub fn limit(self) -> Option<u32> {
        match self {
            Self::Count(times) => Some(times),
            Self::Always => None,
        }
    }
}

/// A number or one of a few words.
struct NumberOr<T: 'static>(fn(u32) -> T, &'static [(&'static str, T)], &'static str);

impl<T: Copy> Visitor<'_> for NumberOr<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.2)
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<T, E> {
        let number =
            u32::try_from(number).map_err(|_| E::invalid_value(de::Unexpected::Signed(number), &self))?;
        Ok((self.0)(number))
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<T, E> {
        let known = self.1.iter().find(|(known, _)| *known == word);
        known.map(|(_, value)| *value).ok_or_else(|| E::invalid_value(de::Unexpected::Str(word), &self))
    }
}

impl<'de> Deserialize<'de> for Times {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(NumberOr(Times::Count, &[("always", Times::Always)], "a number or \"always\""))
    }
}

impl<'de> Deserialize<'de> for Whom {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        const WORDS: &[(&str, Whom)] =
            &[("oldest", Whom::Oldest), ("newest", Whom::Newest), ("all", Whom::All)];
        from.deserialize_any(NumberOr(
            Whom::One,
            WORDS,
            "a connection's number, \"oldest\", \"newest\" or \"all\"",
        ))
    }
}

/// What can be written as a string where nothing but its main part is said.
pub(super) trait Short: Sized {
    fn short(word: &str) -> Result<Self, String>;
}

impl Short for Send {
    fn short(word: &str) -> Result<Self, String> {
        let sample = Name::find(word).map_err(|error| error.to_string())?;
        Ok(Self { sample, set: sample::Overrides::new(), vary: false, conn: None, copies: 1 })
    }
}

impl Short for Text {
    fn short(word: &str) -> Result<Self, String> {
        Ok(Self { text: word.to_owned(), conn: Whom::default() })
    }
}

impl Short for Disconnect {
    fn short(word: &str) -> Result<Self, String> {
        Ok(Self { reason: word.to_owned(), conn: Whom::default() })
    }
}

/// The short form, or the table.
pub(super) fn short<'de, T: Short + Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    struct Either<T>(PhantomData<T>);

    impl<'de, T: Short + Deserialize<'de>> Visitor<'de> for Either<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string or a table")
        }

        fn visit_str<E: de::Error>(self, word: &str) -> Result<T, E> {
            T::short(word).map_err(E::custom)
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            T::deserialize(MapAccessDeserializer::new(map))
        }
    }
    from.deserialize_any(Either(PhantomData))
}

/// `true`, for a step that has nothing else to say.
pub(super) fn yes<'de, D: Deserializer<'de>>(from: D) -> Result<(), D::Error> {
    if bool::deserialize(from)? { Ok(()) } else { Err(de::Error::custom("only true has a meaning here")) }
}

/// Base64 text.
pub(super) fn base64<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(from)?;
    base64::engine::general_purpose::STANDARD.decode(text).map_err(de::Error::custom)
}

/// [`Refuse`] as it is written.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RefuseTable {
    error: Option<String>,
    status: Option<u16>,
    html: Option<bool>,
    redirect: Option<String>,
    url: Option<String>,
    upgrade: Option<u16>,
    retry_after: Option<u64>,
    #[serde(default)]
    times: Times,
}

impl TryFrom<RefuseTable> for Refuse {
    type Error = &'static str;

    fn try_from(table: RefuseTable) -> Result<Self, Self::Error> {
        let RefuseTable { error, status, html, redirect, url, upgrade, retry_after, times } = table;
        let ways = [
            error.map(|code| Refusal::Open(RefuseOpen::Error { code, retry_after })),
            status.map(|status| Refusal::Open(RefuseOpen::Status { status, retry_after })),
            html.filter(|html| *html).map(|_| Refusal::Open(RefuseOpen::Html)),
            redirect.map(|to| Refusal::Open(RefuseOpen::Redirect { to })),
            url.map(|url| Refusal::Open(RefuseOpen::Url { url })),
            upgrade.map(|status| Refusal::Upgrade(RefuseUpgrade { status, retry_after })),
        ];
        let mut ways = ways.into_iter().flatten();
        match (ways.next(), ways.next()) {
            (Some(what), None) => Ok(Self { what, times }),
            _ => Err("say one of error, status, html, redirect, url, upgrade"),
        }
    }
}
