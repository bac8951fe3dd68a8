//! Which rule decides whether an address is reached through a proxy. The link's own matcher decides; this
//! finds out why, by asking that matcher about one rule at a time.

use std::fmt;

use hyper_util::client::proxy::matcher::Matcher;
use url::Url;

use super::variables::{Variable, Variables};
use crate::link::net::{is_loopback, ruled};

/// Why there is a proxy, or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// This variable names the proxy.
    Named(&'static str),
    /// The operating system's settings do.
    System,
    Loopback,
    /// This entry of `NO_PROXY` covers the host.
    Exempt {
        name: &'static str,
        entry: String,
    },
    /// The variable is set, but is no proxy's address.
    Unusable(&'static str),
    Cgi,
    /// Neither of the two variables that could name one is set.
    Unset(&'static str),
}

impl Rule {
    /// Why the link's matcher said what it said.
    pub fn of(variables: &Variables, url: &Url, intercepted: bool) -> Self {
        if is_loopback(url) {
            return Self::Loopback;
        }
        let (own, name) = match url.scheme() {
            "https" | "wss" => (&variables.https_proxy, "HTTPS_PROXY"),
            _ => (&variables.http_proxy, "HTTP_PROXY"),
        };
        let set = || [own, &variables.all_proxy].into_iter().flatten().filter(|one| !one.value.is_empty());
        let named = set().find(|one| intercepts(url, &one.value, ""));
        match (intercepted, named) {
            (true, Some(one)) => Self::Named(one.name),
            (true, None) => Self::System,
            (false, _) if variables.cgi => Self::Cgi,
            (false, None) => set().next().map_or(Self::Unset(name), |one| Self::Unusable(one.name)),
            (false, Some(one)) => {
                exemption(variables.no_proxy.as_ref(), url).unwrap_or(Self::Unusable(one.name))
            }
        }
    }
}

fn exemption(no_proxy: Option<&Variable>, url: &Url) -> Option<Rule> {
    let Variable { name, value } = no_proxy?;
    let mut entries = value.split(',').map(str::trim).filter(|entry| !entry.is_empty());
    let entry = entries.find(|entry| !intercepts(url, "http://proxy", entry))?;
    Some(Rule::Exempt { name, entry: entry.to_owned() })
}

fn intercepts(url: &Url, proxy: &str, no: &str) -> bool {
    let matcher = Matcher::builder().all(proxy.to_owned()).no(no.to_owned()).build();
    ruled(url).is_some_and(|uri| matcher.intercept(&uri).is_some())
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Named(name) => write!(f, "{name} decides"),
            Self::System => f.write_str("the system's settings decide"),
            Self::Loopback => f.write_str("none: this machine is never asked for through a proxy"),
            Self::Exempt { name, entry } => write!(f, "none: {name} names {entry}"),
            Self::Unusable(name) => write!(f, "none: {name} is set, but not to the address of a proxy"),
            Self::Cgi => f.write_str("none: REQUEST_METHOD is set (CGI), so that proxies are not believed"),
            Self::Unset(name) => write!(f, "none: neither {name} nor ALL_PROXY is set"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn variables(set: &[(&str, &str)]) -> Variables {
        Variables::new(|name| set.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into()))
    }

    /// What the link's matcher says when it is given the same variables.
    fn intercepted(variables: &Variables, url: &Url) -> bool {
        let value = |one: &Option<Variable>| one.as_ref().map(|one| one.value.clone()).unwrap_or_default();
        let matcher = Matcher::builder()
            .http(value(&variables.http_proxy))
            .https(value(&variables.https_proxy))
            .all(value(&variables.all_proxy))
            .no(value(&variables.no_proxy))
            .build();
        !is_loopback(url) && matcher.intercept(&ruled(url).unwrap()).is_some()
    }

    fn rule(url: &str, set: &[(&str, &str)]) -> String {
        let (url, variables) = (url.parse().unwrap(), variables(set));
        Rule::of(&variables, &url, intercepted(&variables, &url)).to_string()
    }

    #[test]
    fn the_deciding_rule_is_named() {
        let proxy = ("HTTPS_PROXY", "http://user:secret@proxy:3128");
        for (url, set, says) in [
            ("https://slack.test/", &[][..], "none: neither HTTPS_PROXY nor ALL_PROXY is set"),
            ("ws://slack.test/", &[proxy], "none: neither HTTP_PROXY nor ALL_PROXY is set"),
            ("wss://slack.test/", &[proxy], "HTTPS_PROXY decides"),
            ("https://slack.test/", &[("https_proxy", "proxy:1")], "https_proxy decides"),
            ("https://slack.test/", &[("ALL_PROXY", "http://proxy")], "ALL_PROXY decides"),
            ("https://slack.test/", &[("ALL_PROXY", "http://proxy"), proxy], "HTTPS_PROXY decides"),
            ("https://slack.test/", &[proxy, ("NO_PROXY", "x, .test ,y")], "none: NO_PROXY names .test"),
            ("https://slack.test/", &[proxy, ("no_proxy", "*")], "none: no_proxy names *"),
            ("https://slack.test/", &[proxy, ("NO_PROXY", "x,lack.test")], "HTTPS_PROXY decides"),
            ("https://10.1.2.3/", &[proxy, ("NO_PROXY", "10.0.0.0/8")], "none: NO_PROXY names 10.0.0.0/8"),
            ("https://localhost/", &[proxy], "none: this machine is never asked for through a proxy"),
            (
                "https://slack.test/",
                &[("HTTPS_PROXY", "ftp://x")],
                "none: HTTPS_PROXY is set, but not to the address of a proxy",
            ),
        ] {
            assert_eq!(rule(url, set), says, "{url} {set:?}");
        }
    }

    #[test]
    fn a_cgi_script_believes_no_proxy() {
        let variables = variables(&[("HTTPS_PROXY", "http://proxy"), ("REQUEST_METHOD", "GET")]);
        assert_eq!(Rule::of(&variables, &"https://slack.test/".parse().unwrap(), false), Rule::Cgi);
    }

    proptest! {
        #[test]
        fn the_explanation_agrees_with_the_decision(
            https in prop::option::of("(http://|https://|ftp://|)[a-z:@%]{0,8}"),
            all in prop::option::of("(http://)?[a-z]{0,5}"),
            no in prop::option::of("[a-z.*, ]{0,12}|slack\\.test|\\.test|\\*"),
            host in "[a-z]{1,5}(\\.test)?|slack\\.test|10\\.0\\.0\\.1",
        ) {
            let set: Vec<_> = [("HTTPS_PROXY", &https), ("ALL_PROXY", &all), ("NO_PROXY", &no)]
                .into_iter()
                .filter_map(|(name, value)| Some((name, value.as_deref()?)))
                .collect();
            let (variables, url) = (variables(&set), format!("wss://{host}/").parse().unwrap());
            let through = intercepted(&variables, &url);
            let named = matches!(Rule::of(&variables, &url, through), Rule::Named(_));
            prop_assert_eq!(named, through);
        }
    }
}
