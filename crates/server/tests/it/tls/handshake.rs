//! Handshakes: who gets one, with what in it, and who does not.

use std::process::Command;
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::version::{TLS12, TLS13};

use super::{PLAIN, PROVIDER_NAMES, client, handshake, https};
use crate::wire::{Connection, exchange};
use crate::world::{BILL, World, bill};

#[tokio::test]
async fn every_name_is_served_on_the_port_of_http() {
    let world = World::start().await;
    let own = ["localhost", "127.0.0.1", "::1"];
    for name in PROVIDER_NAMES.into_iter().chain(own) {
        let mut connection = https(&world, world.address(), name).await.unwrap();
        // Title case and keep-alive, as without TLS.
        for _ in 0..2 {
            connection.send(&world.platform.get(&bill(BILL)).bytes()).await;
            let answer = connection.answer().await.unwrap();
            world.platform.verify(&answer);
            assert_eq!(answer.status, 404, "{name}");
            assert!(answer.header("Wechatpay-Signature").is_some(), "{}", answer.head);
        }
    }
    assert_eq!(exchange(world.address(), PLAIN).await.unwrap().text(), "ok\n");
}

#[tokio::test]
async fn other_names_are_refused_in_the_handshake() {
    let world = World::start().await;
    for name in ["example.com", "mch.weixin.qq.com", "evil.api.mch.weixin.qq.com", "pay.qq.com"] {
        let error = https(&world, world.address(), name).await.err().unwrap().to_string();
        assert!(error.contains("AccessDenied"), "{name}: {error}");
    }
}

#[tokio::test]
async fn http_2_is_not_negotiated() {
    let world = World::start().await;
    let offer = |protocols: &[&str]| {
        let mut config = client(&world);
        config.alpn_protocols = protocols.iter().map(|one| one.as_bytes().to_vec()).collect();
        async {
            let stream = TcpStream::connect(world.address()).await.unwrap();
            let stream = handshake(config, "api.mch.weixin.qq.com", stream).await?;
            let chosen = stream.get_ref().1.alpn_protocol().map(<[u8]>::to_vec);
            Ok::<_, std::io::Error>(chosen)
        }
    };
    assert_eq!(offer(&["h2", "http/1.1"]).await.unwrap().as_deref(), Some(&b"http/1.1"[..]));
    assert_eq!(offer(&[]).await.unwrap(), None);
    let error = offer(&["h2"]).await.unwrap_err().to_string();
    assert!(error.contains("NoApplicationProtocol"), "{error}");
}

#[tokio::test]
async fn both_versions_are_spoken() {
    let world = World::start().await;
    for version in [&TLS12, &TLS13] {
        let roots = std::fs::read(world.server.server().ca_path()).unwrap();
        let provider = std::sync::Arc::new(super::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[version])
            .unwrap()
            .with_root_certificates(super::roots(&roots))
            .with_no_client_auth();
        let stream = TcpStream::connect(world.address()).await.unwrap();
        let stream = handshake(config, "api.wechatpay.cn", stream).await.unwrap();
        let spoken = stream.get_ref().1.protocol_version();
        assert_eq!(spoken, Some(version.version));
    }
}

/// Runs a program, if this machine has it.
fn run(program: &str, args: &[&str]) -> Option<(bool, String)> {
    let output = Command::new(program).args(args).stdin(std::process::Stdio::null()).output();
    let output = output.ok()?;
    let text = [output.stdout, output.stderr].concat();
    Some((output.status.success(), String::from_utf8_lossy(&text).into_owned()))
}

#[tokio::test(flavor = "multi_thread")]
async fn openssl_and_curl_agree() {
    let world = World::start().await;
    let address = world.address().to_string();
    let ca = world.server.server().ca_path().to_str().unwrap().to_owned();
    for name in PROVIDER_NAMES {
        let args = ["s_client", "-connect", &address, "-CAfile", &ca, "-servername", name];
        let strict = ["-verify_hostname", name, "-x509_strict", "-verify_return_error"];
        if let Some((well, text)) = run("openssl", &[&args[..], &strict].concat()) {
            assert!(well && text.contains("Verify return code: 0 (ok)"), "{name}: {text}");
        }
        let url = format!("https://{name}/livez");
        let (proxy, to) = (format!("http://{address}"), format!("::{address}"));
        for way in [["--proxy", &proxy], ["--connect-to", &to]] {
            let args = ["-sS", "--cacert", &ca, "--noproxy", "", &url];
            let Some((well, text)) = run("curl", &[&args[..], &way].concat()) else { continue };
            assert!(well && text == "ok\n", "{way:?} {name}: {text}");
        }
    }
}

#[tokio::test]
async fn what_is_no_handshake_ends_without_harm() {
    let world = World::start().await;
    // A whole record that is garbage, one that claims to be huge, an alert, and what is neither.
    let long = [&[0x16, 3, 1, 0xff, 0xff][..], &[0; 70_000]].concat();
    for bytes in [
        &b"\x16garbage that is no handshake at all"[..],
        &[0x16, 3, 1, 0, 4, 2, 0, 0, 0],
        &[0x16, 3, 1, 0, 0],
        &long,
        &[0x15, 3, 1, 0, 2, 2, 40],
        &[0x80, 0x2e, 1, 3, 1],
        &[0; 64],
    ] {
        let mut connection = Connection::open(world.address()).await;
        connection.send(bytes).await;
        connection.finish().await;
        // An alert or a refusal may come before the end; no more than that does.
        while connection.answer().await.is_some() {}
    }
    https(&world, world.address(), "localhost").await.unwrap();
}

#[tokio::test]
async fn a_slow_handshake_is_given_up() {
    let world = World::start().await;
    let started = Instant::now();
    let mut connection = Connection::open(world.address()).await;
    // The beginning of a hello of 512 bytes.
    connection.send(&[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]).await;
    assert!(connection.is_ended().await);
    let waited = started.elapsed();
    assert!(waited > Duration::from_secs(9) && waited < Duration::from_secs(20), "{waited:?}");
}
