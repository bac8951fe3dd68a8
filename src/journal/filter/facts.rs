//! What the payload says of callback, action, user …: read in one pass, without building the payload.
//!
//! Slack names the same thing differently from one payload kind to the next (protocol.md, section 3); the table
//! [`Place::below`] is all that knows where. Whatever has an unexpected shape is passed over.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// What a text in the payload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fact {
    PayloadType,
    Event,
    ChannelType,
    Callback,
    Action,
    Command,
    User,
    Channel,
    Team,
}

/// The facts of one message, in the order of its text.
#[derive(Debug, Default)]
pub(super) struct Facts<'a>(Vec<(Fact, Cow<'a, str>)>);

impl<'a> Facts<'a> {
    /// What is found up to the end of the text, or up to where it stops being JSON.
    pub fn read(message: &'a str) -> Self {
        let mut facts = Self::default();
        let mut json = serde_json::Deserializer::from_str(message);
        // An error means that no more is to be found; what was found before it counts.
        let _ = Walk { place: Place::Envelope, facts: &mut facts }.deserialize(&mut json);
        facts
    }

    pub fn all(&self, fact: Fact) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(found, _)| *found == fact).map(|(_, text)| text.as_ref())
    }

    /// The event's type, and for messages also the name under which an app subscribes to them.
    pub fn events(&self) -> impl Iterator<Item = Cow<'_, str>> {
        // Slack's page shows one event unwrapped: then the payload's type is the event's.
        let wrapped = self.all(Fact::Event).next().is_some();
        let fact = if wrapped { Fact::Event } else { Fact::PayloadType };
        self.all(fact).flat_map(|event| {
            let subscribed = (event == "message").then(|| self.all(Fact::ChannelType).map(subscription));
            std::iter::once(Cow::Borrowed(event)).chain(subscribed.into_iter().flatten().map(Cow::Owned))
        })
    }
}

/// `channel` -> `message.channels`: <https://docs.slack.dev/reference/events/message>.
fn subscription(channel_type: &str) -> String {
    let suffix = match channel_type {
        "channel" => "channels",
        "group" => "groups",
        other => other,
    };
    format!("message.{suffix}")
}

/// Where in the message a value stands.
#[derive(Clone, Copy)]
enum Place {
    Envelope,
    Payload,
    Event,
    View,
    /// A list of actions.
    Actions,
    Action,
    /// What holds a `callback_id` of its own.
    Called,
    /// What holds a channel: a reaction's item, a block action's container.
    Located,
    /// What holds a user: the message inside an edited message.
    Authored,
    /// An object with an id and names, or just the id.
    Entity(Fact),
    Text(Fact),
}

impl Place {
    /// What the value under `key` is; `None` where nothing in it is of interest.
    fn below(self, key: &str) -> Option<Self> {
        Some(match (self, key) {
            (Self::Envelope, "payload") => Self::Payload,
            (Self::Payload, "type") => Self::Text(Fact::PayloadType),
            (Self::Payload, "event") => Self::Event,
            (Self::Payload, "actions") => Self::Actions,
            (Self::Payload, "command") => Self::Text(Fact::Command),
            (Self::Payload | Self::Action, "action_id") | (Self::Action, "name") => Self::Text(Fact::Action),
            (Self::Event, "type") => Self::Text(Fact::Event),
            (Self::Event, "channel_type") => Self::Text(Fact::ChannelType),
            (Self::Event, "item") | (Self::Payload, "container") => Self::Located,
            (Self::Event, "message") => Self::Authored,
            (Self::Event | Self::Payload, "view") => Self::View,
            (Self::Event | Self::Payload, "function") => Self::Called,
            (Self::Event | Self::Payload, "user_id" | "user_name") => Self::Text(Fact::User),
            (Self::Event | Self::Payload, "team") => Self::Entity(Fact::Team),
            (Self::Event | Self::Payload, "team_id" | "team_domain") => Self::Text(Fact::Team),
            (Self::Event | Self::Payload | Self::View | Self::Called, "callback_id") => {
                Self::Text(Fact::Callback)
            }
            (Self::Event | Self::Payload | Self::Authored, "user") => Self::Entity(Fact::User),
            (Self::Event | Self::Payload | Self::Located, "channel") => Self::Entity(Fact::Channel),
            (Self::Event | Self::Payload | Self::Located, "channel_id" | "channel_name") => {
                Self::Text(Fact::Channel)
            }
            (Self::Entity(fact), "id" | "name" | "username" | "domain") => Self::Text(fact),
            _ => return None,
        })
    }

    fn fact(self) -> Option<Fact> {
        match self {
            Self::Entity(fact) | Self::Text(fact) => Some(fact),
            _ => None,
        }
    }
}

struct Walk<'f, 'a> {
    place: Place,
    facts: &'f mut Facts<'a>,
}

impl<'a> Walk<'_, 'a> {
    fn found(self, text: Cow<'a, str>) {
        if let Some(fact) = self.place.fact() {
            self.facts.0.push((fact, text));
        }
    }
}

impl<'a> DeserializeSeed<'a> for Walk<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'a> Visitor<'a> for Walk<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Key(key)) = map.next_key_seed(KeySeed)? {
            match self.place.below(&key) {
                Some(place) => map.next_value_seed(Walk { place, facts: self.facts })?,
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut seq: A) -> Result<(), A::Error> {
        if matches!(self.place, Place::Actions) {
            while seq.next_element_seed(Walk { place: Place::Action, facts: self.facts })?.is_some() {}
        } else {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
        }
        Ok(())
    }

    fn visit_borrowed_str<E>(self, text: &'a str) -> Result<(), E> {
        self.found(Cow::Borrowed(text));
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.found(Cow::Owned(text.to_owned()));
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// A key, borrowed from the text unless it has escapes.
struct Key<'a>(Cow<'a, str>);

struct KeySeed;

impl<'a> DeserializeSeed<'a> for KeySeed {
    type Value = Key<'a>;

    fn deserialize<D: Deserializer<'a>>(self, json: D) -> Result<Key<'a>, D::Error> {
        json.deserialize_str(self)
    }
}

impl<'a> Visitor<'a> for KeySeed {
    type Value = Key<'a>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, key: &'a str) -> Result<Key<'a>, E> {
        Ok(Key(Cow::Borrowed(key)))
    }

    fn visit_str<E>(self, key: &str) -> Result<Key<'a>, E> {
        Ok(Key(Cow::Owned(key.to_owned())))
    }
}
