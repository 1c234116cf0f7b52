using System.Globalization;
using System.Text;
using Lab.Trust;

namespace Lab.Raw;

/// <summary>A SIP peer over mutual TLS that sends whatever a test writes.</summary>
public sealed class RawSipPeer : IDisposable
{
    /// <summary>The domain of the lab's second SIP peer, which only raw connections play.</summary>
    public const string Domain = "raw.example";

    public const string Fqdn = "sip.raw.example";

    private RawSipPeer(RawConnection connection) => Connection = connection;

    public RawConnection Connection { get; }

    public static async Task<RawSipPeer> ConnectAsync(int port, LabCertificate? certificate)
    {
        var connection = await RawConnection.OpenAsync(port);
        await connection.StartTlsAsync(Stage.GatewayHost, certificate);
        return new RawSipPeer(connection);
    }

    /// <summary>A request with everything RFC 3261 §8.1.1 asks for; <paramref name="more"/> are header lines.</summary>
    public static string Request(string method, string from, string to, string callId, string more = "", string body = "") =>
        $"{method} sip:{to} SIP/2.0\r\nVia: SIP/2.0/TLS {Fqdn}:5061;branch=z9hG4bK{callId}\r\nMax-Forwards: 70\r\nFrom: <sip:{from}>;tag={callId}\r\nTo: <sip:{to}>\r\n"
        + $"Call-ID: {callId}\r\nCSeq: 1 {method}\r\nContact: <sip:{Fqdn}:5061;transport=tls>\r\n{more}"
        + string.Create(CultureInfo.InvariantCulture, $"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");

    public static string Options(string callId) => Request("OPTIONS", "probe@" + Domain, Stage.GatewayHost, callId);

    /// <summary>The head of the next response.</summary>
    public Task<string> AnswerAsync() => Connection.ReadUntilAsync("\r\n\r\n");

    public void Dispose() => Connection.Dispose();
}
