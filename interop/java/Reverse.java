// A signed request and its verified answer with nothing but Java's own library, its own host:
//
//     redress exec -- java Reverse.java
//
// The proxy and the trust store come with JAVA_TOOL_OPTIONS.

import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.UUID;
import java.util.regex.Pattern;

public class Reverse {
    static final String MCHID = "1230000109";
    static final String TARGET = "/v3/pay/transactions/out-trade-no/1217752501201407033233368018/reverse";

    public static void main(String[] args) throws Exception {
        Path folder = Path.of(System.getenv("REDRESS_MERCHANTS"), MCHID);
        String merchant = Files.readString(folder.resolve("merchant.json"));
        String body = "{\"appid\":\"" + setting(merchant, "appid") + "\",\"mchid\":\"" + MCHID + "\"}";

        String timestamp = Long.toString(System.currentTimeMillis() / 1000);
        String nonce = UUID.randomUUID().toString().replace("-", "");
        Signature signer = Signature.getInstance("SHA256withRSA");
        signer.initSign(KeyFactory.getInstance("RSA").generatePrivate(
                new PKCS8EncodedKeySpec(pem(folder.resolve("apiclient_key.pem")))));
        signer.update(lines("POST", TARGET, timestamp, nonce, body));
        String signature = Base64.getEncoder().encodeToString(signer.sign());

        URL url = new URL("https://api.mch.weixin.qq.com" + TARGET);
        HttpURLConnection connection = (HttpURLConnection) url.openConnection();
        connection.setDoOutput(true);
        connection.setConnectTimeout(5000);
        connection.setReadTimeout(10000);
        connection.setRequestProperty("Accept", "application/json");
        connection.setRequestProperty("Content-Type", "application/json");
        connection.setRequestProperty("Authorization", "WECHATPAY2-SHA256-RSA2048 mchid=\"" + MCHID
                + "\",nonce_str=\"" + nonce + "\",timestamp=\"" + timestamp + "\",serial_no=\""
                + setting(merchant, "serial_no") + "\",signature=\"" + signature + "\"");
        connection.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
        if (connection.getResponseCode() != 200) {
            throw new Exception(new String(connection.getErrorStream().readAllBytes(), StandardCharsets.UTF_8));
        }
        String answer = new String(connection.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        Signature verifier = Signature.getInstance("SHA256withRSA");
        verifier.initVerify(KeyFactory.getInstance("RSA").generatePublic(
                new X509EncodedKeySpec(pem(folder.resolve("wxp_pub.pem")))));
        verifier.update(lines(connection.getHeaderField("Wechatpay-Timestamp"),
                connection.getHeaderField("Wechatpay-Nonce"), answer));
        if (!verifier.verify(Base64.getDecoder().decode(connection.getHeaderField("Wechatpay-Signature")))) {
            throw new Exception("the answer's signature is wrong");
        }
        System.out.println("reverse: " + answer);

        // Any other host is refused by the proxy.
        try {
            new URL("https://www.example.com/").openConnection().getInputStream();
            throw new Exception("another host was reached");
        } catch (java.io.IOException refused) {
            System.out.println("ok: reversed and verified by Java; another host: " + refused.getMessage());
        }
    }

    static byte[] lines(String... lines) {
        return (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    static byte[] pem(Path file) throws Exception {
        String text = Files.readString(file).replaceAll("-----[A-Z ]+-----|\\s", "");
        return Base64.getDecoder().decode(text);
    }

    static String setting(String json, String name) {
        var found = Pattern.compile("\"" + name + "\"\\s*:\\s*\"([^\"]*)\"").matcher(json);
        found.find();
        return found.group(1);
    }
}
