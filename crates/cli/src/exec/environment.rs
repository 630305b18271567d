//! The variables by which programs find the proxy, the certificate authority and the folder.

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use super::trust::Trust;

/// Who is called directly: the command's own servers, and this one by its address.
const DIRECT: &str = "localhost,127.0.0.1,::1";
/// The same in Java's words.
const DIRECT_JAVA: &str = "localhost|127.*|[::1]";

/// By which a program finds the proxy. Which of them is read, and in which case, differs.
const PROXIES: &[&str] =
    &["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
const NO_PROXIES: &[&str] = &["NO_PROXY", "no_proxy"];

/// By which a program finds certificate authorities, as a file in PEM.
const AUTHORITIES: &[&str] = &[
    // OpenSSL, and with it Ruby, PHP's streams and Python's ssl and httpx; Go and .NET on Linux;
    // Rust by rustls-native-certs.
    "SSL_CERT_FILE",
    // The Python package requests.
    "REQUESTS_CA_BUNDLE",
    // curl the program, and requests where the one above is missing.
    "CURL_CA_BUNDLE",
    // Node, and Bun.
    "NODE_EXTRA_CA_CERTS",
    "DENO_CERT",
];

/// What the user had set for other runs, and would contradict what is set here.
const REMOVED: &[&str] = &[
    // It might name a merchant of another server, or of the real service.
    "REDRESS_MERCHANT",
    "REDRESS_PROFILE",
    // One that runs inside has its own folder and its own summary.
    "REDRESS_EXEC_DATA",
    "REDRESS_CI",
    "REDRESS_SUMMARY",
    "REDRESS_QUIET",
];

/// Where everything is.
pub(crate) struct Served<'a> {
    pub(crate) base_url: &'a str,
    pub(crate) standby_url: &'a str,
    /// `http://HOST:PORT`.
    pub(crate) proxy_url: &'a str,
    pub(crate) proxy_host: String,
    pub(crate) proxy_port: u16,
    /// In PEM.
    pub(crate) ca: &'a Path,
    pub(crate) data: &'a Path,
    pub(crate) control_token: Option<&'a str>,
}

/// What a command finds in its environment beside what this process has.
pub(crate) struct Environment {
    variables: Vec<(&'static str, OsString)>,
}

impl Environment {
    pub(crate) fn of(served: &Served<'_>, trust: &Trust) -> Self {
        let proxies = PROXIES.iter().map(|name| (*name, OsString::from(served.proxy_url)));
        let directs = NO_PROXIES.iter().map(|name| (*name, OsString::from(DIRECT)));
        let authorities = AUTHORITIES.iter().map(|name| (*name, OsString::from(served.ca)));
        let mut variables: Vec<(&'static str, OsString)> =
            proxies.chain(directs).chain(authorities).collect();
        variables.extend([
            // Node's own fetch and http ask for this before they read the variables above.
            ("NODE_USE_ENV_PROXY", "1".into()),
            ("PHP_INI_SCAN_DIR", scan_dir(env::var_os("PHP_INI_SCAN_DIR"), &trust.php)),
            ("JAVA_TOOL_OPTIONS", java(env::var_os("JAVA_TOOL_OPTIONS"), served, &trust.java)),
            ("REDRESS_BASE_URL", served.base_url.into()),
            ("REDRESS_STANDBY_URL", served.standby_url.into()),
            ("REDRESS_SERVER", served.base_url.into()),
            ("REDRESS_PROXY", served.proxy_url.into()),
            ("REDRESS_CA", served.ca.into()),
            ("REDRESS_DATA", served.data.into()),
            ("REDRESS_MERCHANTS", served.data.join("merchants").into()),
        ]);
        variables.extend(served.control_token.map(|token| ("REDRESS_CONTROL_TOKEN", token.into())));
        Self { variables }
    }

    /// Sets them for a command.
    pub(crate) fn apply(&self, command: &mut Command) {
        for name in REMOVED {
            command.env_remove(name);
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
    }
}

/// The folders in which PHP looks for its settings, with one more. An empty one stands for those
/// that it was built with.
fn scan_dir(before: Option<OsString>, folder: &Path) -> OsString {
    let mut folders = before.unwrap_or_default();
    folders.push(if cfg!(windows) { ";" } else { ":" });
    folders.push(folder);
    folders
}

/// The settings of a Java virtual machine, after those that are there: the last one counts.
fn java(before: Option<OsString>, served: &Served<'_>, store: &Path) -> OsString {
    let (host, port) = (&served.proxy_host, served.proxy_port);
    let mut options =
        before.filter(|before| !before.is_empty()).map_or_else(OsString::new, |mut before| {
            before.push(" ");
            before
        });
    for scheme in ["https", "http"] {
        options.push(format!("-D{scheme}.proxyHost={host} -D{scheme}.proxyPort={port} "));
    }
    options.push(format!("-Dhttp.nonProxyHosts={DIRECT_JAVA} "));
    // The machine's own parser takes quotes, for folders with spaces in their names.
    options.push("-Djavax.net.ssl.trustStore='");
    options.push(store);
    options.push("' -Djavax.net.ssl.trustStoreType=JKS -Djavax.net.ssl.trustStorePassword=");
    options.push(super::trust::PASSWORD);
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    fn served(ca: &Path) -> Served<'_> {
        Served {
            base_url: "http://127.0.0.1:1",
            standby_url: "http://127.0.0.1:2",
            proxy_url: "http://127.0.0.1:1",
            proxy_host: "127.0.0.1".to_owned(),
            proxy_port: 1,
            ca,
            data: Path::new("/data"),
            control_token: None,
        }
    }

    #[test]
    fn java_keeps_the_options_that_are_there() {
        let ca = Path::new("/ca.pem");
        let store = Path::new("/a folder/store.jks");
        let options = java(Some("-Xmx1g".into()), &served(ca), store);
        let options = options.to_str().expect("UTF-8");
        assert!(options.starts_with("-Xmx1g -Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=1 "));
        assert!(options.contains("-Djavax.net.ssl.trustStore='/a folder/store.jks' "));
        let alone = java(None, &served(ca), store);
        assert!(alone.to_str().expect("UTF-8").starts_with("-Dhttps.proxyHost="));
    }

    #[test]
    fn php_keeps_the_folders_that_are_there() {
        let folder = Path::new("/php");
        assert_eq!(scan_dir(None, folder), ":/php");
        assert_eq!(scan_dir(Some("/etc/php".into()), folder), "/etc/php:/php");
    }
}
