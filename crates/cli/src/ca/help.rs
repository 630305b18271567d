//! How each system and each language is made to trust the CA, and to find the server.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use redress_server::PROVIDER_NAMES;

use crate::args::{Language, Os};

/// A few lines under a title. Those that start with `#` explain; the others can be run.
pub(super) struct Section {
    pub(super) title: String,
    pub(super) lines: Vec<String>,
}

impl Section {
    fn new(title: &str, lines: impl IntoIterator<Item = String>) -> Self {
        Self { title: title.to_owned(), lines: lines.into_iter().collect() }
    }
}

const LANGUAGES: [Language; 8] = [
    Language::Curl,
    Language::Python,
    Language::Node,
    Language::Java,
    Language::Go,
    Language::Php,
    Language::Dotnet,
    Language::Rust,
];

/// What the help is filled in with.
pub(super) struct Help<'a> {
    os: Os,
    ca: &'a Path,
    /// The common name of the CA.
    name: &'a str,
    listen: SocketAddr,
}

impl<'a> Help<'a> {
    pub(super) fn new(os: Os, ca: &'a Path, subject: &'a str, listen: SocketAddr) -> Self {
        let name = subject.split_once("CN=").map_or(subject, |(_, name)| name);
        Self { os, ca, name, listen }
    }

    /// Everything, or what is about one language.
    pub(super) fn sections(&self, language: Option<Language>) -> Vec<Section> {
        let mut sections = vec![self.proxy()];
        let wanted = LANGUAGES.into_iter().filter(|one| language.is_none_or(|asked| asked == *one));
        sections.extend(wanted.map(|one| self.language(one)));
        sections.push(self.system());
        sections.push(self.hosts());
        sections
    }

    /// A line that sets a variable of the environment.
    fn set(&self, name: &str, value: &str) -> String {
        match self.os {
            Os::Linux | Os::Macos => format!("export {name}={}", self.quoted(value)),
            Os::Windows => format!("set \"{name}={value}\""),
        }
    }

    fn quoted(&self, text: &str) -> String {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-:=".contains(c);
        match self.os {
            Os::Windows => format!("\"{text}\""),
            Os::Linux | Os::Macos if text.chars().all(is_plain) => text.to_owned(),
            Os::Linux | Os::Macos => format!("'{}'", text.replace('\'', r"'\''")),
        }
    }

    fn ca(&self) -> String {
        self.ca.display().to_string()
    }

    fn set_ca(&self, name: &str) -> String {
        self.set(name, &self.ca())
    }

    fn quoted_ca(&self) -> String {
        self.quoted(&self.ca())
    }

    fn proxy(&self) -> Section {
        let lines = [
            "# Every port of `redress serve` is a proxy that leads to Redress and nowhere else."
                .to_owned(),
            self.set("HTTPS_PROXY", &format!("http://{}", self.listen)),
            "# What runs on this machine itself is called without it.".to_owned(),
            self.set("NO_PROXY", "localhost,127.0.0.1,::1"),
        ];
        Section::new("1. Lead the provider's names here, by a proxy", lines)
    }

    fn language(&self, language: Language) -> Section {
        let system = match self.os {
            Os::Linux => None,
            Os::Macos => Some("# Reads the keychain only: trust the CA for the whole system."),
            Os::Windows => Some("# Reads the system's store only: trust the CA for the system."),
        };
        let (title, lines) = match language {
            Language::Curl => ("curl", self.curl()),
            Language::Python => (
                "Python (requests; httpx and urllib)",
                vec![self.set_ca("REQUESTS_CA_BUNDLE"), self.set_ca("SSL_CERT_FILE")],
            ),
            Language::Node => (
                "Node.js",
                vec![
                    self.set_ca("NODE_EXTRA_CA_CERTS"),
                    "# axios reads HTTPS_PROXY by itself, fetch and https since Node 24 with"
                        .to_owned(),
                    self.set("NODE_USE_ENV_PROXY", "1"),
                ],
            ),
            Language::Java => ("Java", self.java()),
            Language::Go => {
                ("Go", vec![system.map_or_else(|| self.set_ca("SSL_CERT_FILE"), str::to_owned)])
            }
            Language::Php => (
                "PHP (curl, Guzzle)",
                vec![format!(
                    "php -d {} -d {} PROGRAM.php",
                    self.quoted(&format!("curl.cainfo={}", self.ca())),
                    self.quoted(&format!("openssl.cafile={}", self.ca())),
                )],
            ),
            Language::Dotnet => {
                (".NET", vec![system.map_or_else(|| self.set_ca("SSL_CERT_FILE"), str::to_owned)])
            }
            Language::Rust => (
                "Rust (reqwest with rustls)",
                vec![
                    system.map_or_else(|| self.set_ca("SSL_CERT_FILE"), str::to_owned),
                    "# With built-in roots: ClientBuilder::add_root_certificate.".to_owned(),
                ],
            ),
        };
        Section::new(&format!("2. Trust the CA: {title}"), lines)
    }

    fn curl(&self) -> Vec<String> {
        let url = "https://api.mch.weixin.qq.com/v3/certificates";
        match self.os {
            Os::Linux | Os::Macos => {
                vec![self.set_ca("CURL_CA_BUNDLE"), format!("curl {url}")]
            }
            Os::Windows => vec![
                "# The CA says nothing about revocation, which Windows asks for.".to_owned(),
                format!("curl --cacert {} --ssl-no-revoke {url}", self.quoted_ca()),
            ],
        }
    }

    fn java(&self) -> Vec<String> {
        let store: PathBuf = self.ca.with_file_name("java-trust.p12");
        let store = store.display().to_string();
        let options = format!(
            "-Djavax.net.ssl.trustStore={store} -Djavax.net.ssl.trustStorePassword=changeit \
             -Dhttps.proxyHost={} -Dhttps.proxyPort={}",
            self.listen.ip(),
            self.listen.port(),
        );
        vec![
            "# A store with this CA alone. Java does not read HTTPS_PROXY.".to_owned(),
            format!(
                "keytool -importcert -noprompt -alias redress -file {} -keystore {} \
                 -storetype PKCS12 -storepass changeit",
                self.quoted_ca(),
                self.quoted(&store),
            ),
            self.set("JAVA_TOOL_OPTIONS", &options),
        ]
    }

    fn system(&self) -> Section {
        let ca = self.quoted_ca();
        let (title, lines) = match self.os {
            Os::Linux => (
                "Linux",
                vec![
                    "# Debian, Ubuntu, Alpine:".to_owned(),
                    format!("sudo cp {ca} /usr/local/share/ca-certificates/redress.crt"),
                    "sudo update-ca-certificates".to_owned(),
                    "# Fedora, RHEL:".to_owned(),
                    format!("sudo cp {ca} /etc/pki/ca-trust/source/anchors/redress.pem"),
                    "sudo update-ca-trust".to_owned(),
                    "# Undo: delete the copy, and run the second command again.".to_owned(),
                ],
            ),
            Os::Macos => (
                "macOS",
                vec![
                    format!(
                        "sudo security add-trusted-cert -d -r trustRoot \
                         -k /Library/Keychains/System.keychain {ca}"
                    ),
                    "# Undo:".to_owned(),
                    format!(
                        "sudo security delete-certificate -c {} \
                         /Library/Keychains/System.keychain",
                        self.quoted(self.name)
                    ),
                ],
            ),
            Os::Windows => (
                "Windows",
                vec![
                    "# For the user who is logged in:".to_owned(),
                    format!("certutil -user -addstore Root {ca}"),
                    "# Undo:".to_owned(),
                    format!("certutil -user -delstore Root {}", self.quoted(self.name)),
                ],
            ),
        };
        Section::new(&format!("3. Or trust the CA in the whole system: {title}"), lines)
    }

    fn hosts(&self) -> Section {
        let names = |standby: bool| {
            let names = PROVIDER_NAMES.into_iter();
            let of_site = names.filter(|name| name.starts_with("api2.") == standby);
            of_site.collect::<Vec<_>>().join(" ")
        };
        let file = match self.os {
            Os::Linux | Os::Macos => "/etc/hosts",
            Os::Windows => r"C:\Windows\System32\drivers\etc\hosts",
        };
        let mut lines = vec![
            format!("# For a client that knows no proxy. Add to {file}:"),
            format!("127.0.0.1 {}", names(false)),
            format!("127.0.0.2 {}", names(true)),
            "# Clients call port 443, so the standby site needs an address of its own. If you need"
                .to_owned(),
            "# no second listener, give all names 127.0.0.1 and leave --standby out: the name in"
                .to_owned(),
            "# the TLS handshake still tells the sites apart.".to_owned(),
        ];
        match self.os {
            Os::Linux => {
                let may = "sudo setcap cap_net_bind_service=+ep \"$(command -v redress)\"";
                lines.push("# Ports below 1024 have to be allowed once:".to_owned());
                lines.push(may.to_owned());
            }
            Os::Macos => {
                lines.push("# macOS has no 127.0.0.2 of itself:".to_owned());
                lines.push("sudo ifconfig lo0 alias 127.0.0.2".to_owned());
            }
            Os::Windows => {}
        }
        lines.push("redress serve --listen 127.0.0.1:443 --standby 127.0.0.2:443".to_owned());
        lines.push(
            "# Take the lines out again when you are done: while they are there, nothing"
                .to_owned(),
        );
        lines.push("# on this machine reaches the real service.".to_owned());
        Section::new("4. Or lead the names here by the hosts file", lines)
    }
}
