using Lab.Trust;

namespace Lab.Raw;

/// <summary>A scripted XMPP server that opens a stream to the gateway (RFC 6120 §4–6, XEP-0220), step by step as a test wants.</summary>
public sealed class RawXmppServer(RawConnection connection, string from, string to) : IDisposable
{
    public RawConnection Connection => connection;

    public static string Header(string from, string to) =>
        $"<?xml version='1.0'?><stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' xmlns:db='jabber:server:dialback' from='{from}' to='{to}' version='1.0'>";

    public static async Task<RawXmppServer> ConnectAsync(int port, string from, string to) => new(await RawConnection.OpenAsync(port), from, to);

    /// <summary>Header, features, STARTTLS, handshake, header again; gives the features that follow, or the error instead of them.</summary>
    public async Task<string> SecureAsync(LabCertificate? certificate)
    {
        await connection.SendAsync(Header(from, to));
        await connection.ReadUntilAsync("</stream:features>");
        await connection.SendAsync("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
        await connection.ReadUntilAsync("<proceed");
        await connection.ReadUntilAsync(">");
        await connection.StartTlsAsync(to, certificate);
        await connection.SendAsync(Header(from, to));
        return await connection.ReadUntilOrEndAsync("</stream:features>");
    }

    /// <summary>SASL EXTERNAL after <see cref="SecureAsync"/>, and the stream that follows it.</summary>
    public async Task AuthenticateAsync()
    {
        await connection.SendAsync($"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>{Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(from))}</auth>");
        await connection.ReadUntilAsync("<success");
        await connection.SendAsync(Header(from, to));
        await connection.ReadUntilAsync("features>");
    }

    public void Dispose() => connection.Dispose();
}
