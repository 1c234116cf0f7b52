using System.Text;
using Certificates;
using Gateway.Federation.Peers;
using Gateway.Transport;

namespace Gateway.Admin.Doctor;

/// <summary>
/// One connection to an XMPP server, step by step as a stream is opened (RFC 6120 §4 to §6): header and features, STARTTLS or TLS from the first byte, header and features again, SASL EXTERNAL.
/// It says the fewest words that are allowed and never sends a stanza.
/// </summary>
internal sealed class XmppProbe(DoctorParts parts, PeerModel peer, string ours, string domain) : IConnectionHandler, IDisposable
{
    private const string TlsNamespace = "urn:ietf:params:xml:ns:xmpp-tls";

    private const int WordsMax = 200;
    private const string SwitchTlsOn = "its administrator must switch TLS between servers on, which needs a certificate it can read";

    private readonly Heard heard = new();
    private TransportConnection? connection;
    private volatile bool awaitsProceed;
    private volatile bool isSecured;
    private volatile string? greeting;
    private (TransportReason Reason, string Detail) ended;

    /// <summary>Whether what was heard stood in a stream under TLS.</summary>
    public bool IsSecured => isSecured;

    public async Task<ProbeResult> ConnectAsync(DialTarget target, bool isDirectTls, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(parts.Patience, parts.Hub.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        var options = new DialOptions { PrivateAllowed = peer.AllowsPrivateTargets, Label = peer.Name, Tls = isDirectTls ? Tls with { ApplicationProtocols = [parts.DirectTlsProtocol] } : null };
        var outcome = await new Dialer(parts.Hub).DialAsync(target, options, this, either.Token);
        connection = outcome.Connection;
        if (connection is null) return new ProbeResult(null, outcome.Reason, outcome.Detail);
        isSecured = isDirectTls;
        return isDirectTls ? Seen() : await StartTlsAsync(either.Token);
    }

    /// <summary>Sends our header; the answer up to the end of the features, or to the stream error that came instead.</summary>
    public async Task<string> OpenStreamAsync(CancellationToken cancellation) => greeting ??= await AskAsync(
        $"<?xml version='1.0'?><stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' xmlns:db='jabber:server:dialback' from='{ours}' to='{domain}' version='1.0'>",
        t => HasFeatures(t) || ErrorIn(t).Length > 0, cancellation);

    /// <summary>Offers our certificate for our domain (XEP-0178): empty when it was taken, else the condition of the failure.</summary>
    public async Task<string> TryExternalAsync(CancellationToken cancellation)
    {
        var identity = Convert.ToBase64String(Encoding.UTF8.GetBytes(ours));
        var answer = await AskAsync(
            $"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>{identity}</auth>",
            t => t.Contains("<success", StringComparison.Ordinal) || FailureIn(t).Length > 0 || ErrorIn(t).Length > 0, cancellation);
        if (answer.Contains("<success", StringComparison.Ordinal)) return "";
        var condition = FailureIn(answer) is { Length: > 0 } failure ? failure : ErrorIn(answer);
        return condition.Length == 0 ? "no answer" : condition + WordsIn(answer);
    }

    /// <summary>Asks whether a key that nobody made is ours, as a partner does with the keys we send (XEP-0220 §2.1.2): a server that answers for the domain says that it is not valid.</summary>
    public async Task<bool> VerifiesAsync(CancellationToken cancellation)
    {
        var answer = await AskAsync(
            $"<db:verify xmlns:db='jabber:server:dialback' from='{ours}' to='{domain}' id='doctor'>nobody-made-this-key</db:verify>",
            t => (t.Contains("db:verify", StringComparison.Ordinal) && t.Contains("type=", StringComparison.Ordinal)) || ErrorIn(t).Length > 0, cancellation);
        return answer.Contains("type='invalid'", StringComparison.Ordinal) || answer.Contains("type=\"invalid\"", StringComparison.Ordinal);
    }

    public void OnOpened(TransportConnection connection)
    {
    }

    public int OnReceived(TransportConnection connection, ReadOnlyMemory<byte> unread)
    {
        if (awaitsProceed && unread.Span.IndexOf("<proceed"u8) is >= 0 and var at)
        {
            if (unread.Span[at..].IndexOf((byte)'>') < 0) return 0;
            awaitsProceed = false;
            connection.StartTls(Tls);
            return unread.Length;
        }

        heard.Add(unread.Span);
        return unread.Length;
    }

    public void OnSecured(TransportConnection connection)
    {
        // What was said before TLS counts no more (RFC 6120 §5.4.3.3).
        greeting = null;
        isSecured = true;
        heard.Tell();
    }

    public void OnClosed(TransportConnection connection, TransportReason reason, string detail)
    {
        ended = (reason, detail);
        heard.End();
    }

    public void Dispose() => connection?.Close();

    /// <summary>The condition of a stream error, empty where there is none (RFC 6120 §4.9).</summary>
    internal static string ErrorIn(string text)
    {
        var at = text.IndexOf("urn:ietf:params:xml:ns:xmpp-streams", StringComparison.Ordinal);
        return at < 0 ? "" : NameAt(text, text.LastIndexOf('<', at));
    }

    /// <summary>What stands beside a stream error or SASL failure in words, with a colon before it; empty where nothing does.</summary>
    internal static string WordsIn(string text)
    {
        var error = Math.Max(text.IndexOf("urn:ietf:params:xml:ns:xmpp-streams", StringComparison.Ordinal), text.IndexOf("<failure", StringComparison.Ordinal));
        var at = error < 0 ? -1 : text.IndexOf("<text", error, StringComparison.Ordinal);
        var begin = at < 0 ? -1 : text.IndexOf('>', at) + 1;
        var end = begin <= 0 ? -1 : text.IndexOf('<', begin);
        return end <= begin ? "" : ": " + System.Net.WebUtility.HtmlDecode(text[begin..Math.Min(end, begin + WordsMax)]);
    }

    /// <summary>The condition of a SASL failure, empty where there is none (RFC 6120 §6.5).</summary>
    internal static string FailureIn(string text)
    {
        var at = text.IndexOf("<failure", StringComparison.Ordinal);
        var next = at < 0 ? -1 : text.IndexOf('<', at + 1);
        return next < 0 ? "" : NameAt(text, next);
    }

    internal static bool HasFeatures(string text) =>
        text.Contains("features/>", StringComparison.Ordinal)
        || (text.IndexOf("features>", StringComparison.Ordinal) is >= 0 and var at && text.IndexOf("features>", at + 1, StringComparison.Ordinal) > 0);

    private static string NameAt(string text, int at)
    {
        if (at < 0) return "";
        var end = text.AsSpan(at + 1).IndexOfAny(" />\t\r\n");
        return end <= 0 ? "" : text.Substring(at + 1, end);
    }

    private TlsClientOptions Tls => new() { Certificates = parts.Certificates, ServerName = domain, OwnDomain = ours };

    private async Task<ProbeResult> StartTlsAsync(CancellationToken patience)
    {
        if (peer.Tls == TlsPolicy.Forbidden) return Seen();
        var said = await OpenStreamAsync(patience);
        if (ErrorIn(said) is { Length: > 0 } error) return Failed($"the server ends the stream with {error}{WordsIn(said)} before TLS") with { NextStep = XmppSteps.NextStep(error, ours, domain) };
        if (!HasFeatures(said)) return Failed("the server sends no stream features");
        if (!said.Contains(TlsNamespace, StringComparison.Ordinal)) return peer.Tls == TlsPolicy.Optional ? Seen() : Failed("the server offers no STARTTLS") with { NextStep = SwitchTlsOn };
        awaitsProceed = true;
        await AskAsync($"<starttls xmlns='{TlsNamespace}'/>", t => isSecured || t.Contains("<failure", StringComparison.Ordinal), patience);
        return isSecured ? Seen() : Failed("no TLS after STARTTLS");
    }

    private ProbeResult Seen() => new(connection!.Evidence, TransportReason.None, "");

    private ProbeResult Failed(string words) =>
        ended.Reason is TransportReason.None or TransportReason.ClosedByPeer ? new(null, TransportReason.HandshakeFailed, words) : new(null, ended.Reason, $"{words}: {ended.Detail}");

    private async Task<string> AskAsync(string words, Func<string, bool> isEnough, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(parts.Patience, parts.Hub.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        heard.Clear();
        connection!.TrySend(Encoding.UTF8.GetBytes(words));
        return await heard.WaitAsync(isEnough, either.Token);
    }
}
