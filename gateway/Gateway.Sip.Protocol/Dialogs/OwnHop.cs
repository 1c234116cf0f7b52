using System.Globalization;
using Gateway.Sip.Protocol.Wire;

namespace Gateway.Sip.Protocol.Dialogs;

/// <summary>
/// How we name ourselves to one peer: always a host name that resolves and stands in our certificate, never an address; without that no
/// in-dialog request ever comes back (field fact A6).
/// </summary>
public sealed record OwnHop
{
    private readonly byte[] _hostBytes;

    public OwnHop(string host, int port = 5061, string transport = "TLS", string? userAgent = null)
    {
        Host = host;
        _hostBytes = System.Text.Encoding.ASCII.GetBytes(host);
        Port = port;
        Transport = transport;
        UserAgent = userAgent;
        var scheme = transport.ToLowerInvariant();
        SentBy = string.Create(CultureInfo.InvariantCulture, $"{host}:{port}");
        Contact = $"<sip:{SentBy};transport={scheme}>";
        RecordRoute = $"<sip:{SentBy};transport={scheme};lr>";
    }

    public string Host { get; }

    public int Port { get; }

    /// <summary>Token of Via: TLS or TCP.</summary>
    public string Transport { get; }

    public string? UserAgent { get; }

    public string SentBy { get; }

    /// <summary>Value of Contact.</summary>
    public string Contact { get; }

    /// <summary>Value of Record-Route on each request of ours that makes a dialog.</summary>
    public string RecordRoute { get; }

    /// <summary>Whether a Via value was written by this hop: such a request has come back to us (RFC 3261 §16.3 step 4).</summary>
    public bool IsViaOf(ReadOnlySpan<byte> via) =>
        Via.TrySplit(via, out _, out var host, out var port, out _)
        && System.Text.Ascii.EqualsIgnoreCase(host, _hostBytes) && (port < 0 ? Port == 5061 : port == Port);

    /// <summary>Whether a route URI names this hop; the port may be left out when it is the default one.</summary>
    public bool IsNamedBy(SipUri uri) =>
        uri.IsSip && string.Equals(uri.Host, Host, StringComparison.OrdinalIgnoreCase) && (uri.Port < 0 ? Port == 5061 : uri.Port == Port);
}
