//! The environment's say in proxies and roots of trust, read once, so that the rules over it are pure.

use std::ffi::OsString;

/// A variable that is set, by the name that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    pub name: &'static str,
    pub value: String,
}

/// What the network code looks at. Values may hold a proxy's password: they are never printed whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Variables {
    pub http_proxy: Option<Variable>,
    pub https_proxy: Option<Variable>,
    pub all_proxy: Option<Variable>,
    pub no_proxy: Option<Variable>,
    /// `REQUEST_METHOD`: in a CGI script a request's `Proxy` header becomes `HTTP_PROXY`, so none is believed.
    pub cgi: bool,
    pub ssl_cert_file: Option<String>,
    pub ssl_cert_dir: Option<String>,
}

impl Variables {
    pub fn from_env() -> Self {
        Self::new(|name| std::env::var_os(name))
    }

    /// The same order in which the link's proxy matcher and its root store look.
    pub fn new(get: impl Fn(&str) -> Option<OsString>) -> Self {
        let first = |names: [&'static str; 2]| {
            let mut found = names.into_iter().filter_map(|name| {
                let value = get(name)?.into_string().ok()?;
                Some(Variable { name, value })
            });
            found.next()
        };
        let path = |name: &str| get(name).map(|value| value.to_string_lossy().into_owned());
        Self {
            http_proxy: first(["HTTP_PROXY", "http_proxy"]),
            https_proxy: first(["HTTPS_PROXY", "https_proxy"]),
            all_proxy: first(["ALL_PROXY", "all_proxy"]),
            no_proxy: first(["NO_PROXY", "no_proxy"]),
            cgi: get("REQUEST_METHOD").is_some(),
            ssl_cert_file: path("SSL_CERT_FILE"),
            ssl_cert_dir: path("SSL_CERT_DIR").filter(|value| value.split(':').any(|part| !part.is_empty())),
        }
    }

    /// Where roots of trust come from: what the environment names stands in the place of the system's.
    pub fn roots(&self) -> String {
        match (&self.ssl_cert_file, &self.ssl_cert_dir) {
            (None, None) => "the system's roots".to_owned(),
            (Some(file), None) => format!("SSL_CERT_FILE ({file})"),
            (None, Some(dir)) => format!("SSL_CERT_DIR ({dir})"),
            (Some(file), Some(dir)) => format!("SSL_CERT_FILE ({file}) and SSL_CERT_DIR ({dir})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(set: &[(&str, &str)]) -> Variables {
        Variables::new(|name| set.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into()))
    }

    #[test]
    fn capitals_win_even_when_empty() {
        let found = variables(&[("https_proxy", "http://a"), ("HTTPS_PROXY", ""), ("no_proxy", "b")]);
        assert_eq!(found.https_proxy, Some(Variable { name: "HTTPS_PROXY", value: String::new() }));
        assert_eq!(found.no_proxy, Some(Variable { name: "no_proxy", value: "b".to_owned() }));
        assert_eq!(found.http_proxy, None);
    }

    #[test]
    fn roots_are_the_systems_unless_the_environment_names_some() {
        for (set, says) in [
            (&[][..], "the system's roots"),
            (&[("SSL_CERT_FILE", "/a.pem")], "SSL_CERT_FILE (/a.pem)"),
            (&[("SSL_CERT_DIR", "/a")], "SSL_CERT_DIR (/a)"),
            (&[("SSL_CERT_DIR", ":")], "the system's roots"),
        ] {
            assert_eq!(variables(set).roots(), says);
        }
    }
}
