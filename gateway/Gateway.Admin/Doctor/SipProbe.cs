using System.Globalization;
using System.Text;
using Gateway.Federation.Peers;
using Gateway.Transport;

namespace Gateway.Admin.Doctor;

/// <summary>How OPTIONS was answered; status 0: it was not. <see cref="Diagnosis"/> is what a Microsoft system says of it, by its number.</summary>
internal sealed record OptionsAnswer(int Status, string Phrase, int Diagnosis);

/// <summary>One connection to a SIP peer: mutual TLS, then one OPTIONS, as systems ask each other whether they are there (RFC 3261 §11). A check of the way, not a dialog.</summary>
internal sealed class SipProbe(DoctorParts parts, PeerModel peer) : IConnectionHandler, IDisposable
{
    private readonly Heard heard = new();
    private TransportConnection? connection;

    public async Task<ProbeResult> ConnectAsync(DialTarget target, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(parts.Patience, parts.Hub.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        var options = new DialOptions
        {
            PrivateAllowed = peer.AllowsPrivateTargets, Label = peer.Name,
            Tls = new TlsClientOptions { Certificates = parts.Certificates, ServerName = target.Host, OwnDomain = parts.Fqdn, MayBeOld = peer.TlsVersionMin < TlsVersion.Tls12 },
        };
        var outcome = await new Dialer(parts.Hub).DialAsync(target, options, this, either.Token);
        connection = outcome.Connection;
        return connection is null ? new ProbeResult(null, outcome.Reason, outcome.Detail) : new ProbeResult(connection.Evidence, TransportReason.None, "");
    }

    /// <summary>Asks the host itself, in the name of one of our domains.</summary>
    public async Task<OptionsAnswer> AskAsync(string host, string ours, CancellationToken cancellation)
    {
        var id = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(8));
        var request = string.Join("\r\n",
            $"OPTIONS sip:{host};transport=tls SIP/2.0", $"Via: SIP/2.0/TLS {parts.Fqdn}:{parts.SipPort.ToString(CultureInfo.InvariantCulture)};branch=z9hG4bK{id}", "Max-Forwards: 70",
            $"From: <sip:{ours}>;tag={id}", $"To: <sip:{host}>", $"Call-ID: {id}@{parts.Fqdn}", "CSeq: 1 OPTIONS",
            $"Contact: <sip:{parts.Fqdn}:{parts.SipPort.ToString(CultureInfo.InvariantCulture)};transport=tls>", "Accept: application/sdp", "Content-Length: 0", "", "");
        using var patience = new CancellationTokenSource(parts.Patience, parts.Hub.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        if (connection!.TrySend(Encoding.ASCII.GetBytes(request)) != TransportReason.None) return new OptionsAnswer(0, "", 0);
        return Read(await heard.WaitAsync(t => Read(t, id).Status >= 200, either.Token), id);
    }

    public void OnOpened(TransportConnection connection)
    {
    }

    public int OnReceived(TransportConnection connection, ReadOnlyMemory<byte> unread)
    {
        heard.Add(unread.Span);
        return unread.Length;
    }

    public void OnSecured(TransportConnection connection)
    {
    }

    public void OnClosed(TransportConnection connection, TransportReason reason, string detail) => heard.End();

    public void Dispose() => connection?.Close();

    /// <summary>The final answer to the request of this id among all that was heard; requests of the peer and provisional answers are passed over.</summary>
    internal static OptionsAnswer Read(string text, string id)
    {
        for (var at = text.IndexOf("SIP/2.0 ", StringComparison.Ordinal); at >= 0; at = text.IndexOf("SIP/2.0 ", at + 8, StringComparison.Ordinal))
        {
            var end = text.IndexOf("\r\n\r\n", at, StringComparison.Ordinal);
            if (end < 0) break;
            var lines = text[at..end].Split("\r\n");
            if (!text[at..end].Contains(id, StringComparison.Ordinal) || lines[0].Length < 12) continue;
            if (!int.TryParse(lines[0].AsSpan(8, 3), CultureInfo.InvariantCulture, out var status) || status < 200) continue;
            return new OptionsAnswer(status, lines[0].Length > 12 ? lines[0][12..] : "", lines.Select(DiagnosisIn).FirstOrDefault(d => d > 0));
        }

        return new OptionsAnswer(0, "", 0);
    }

    // ms-diagnostics: 1027;reason="…", and its public twin.
    private static int DiagnosisIn(string line)
    {
        if (!line.StartsWith("ms-diagnostics", StringComparison.OrdinalIgnoreCase)) return 0;
        var value = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].TrimStart();
        var digits = value.TakeWhile(char.IsAsciiDigit).Count();
        return int.TryParse(value.AsSpan(0, digits), CultureInfo.InvariantCulture, out var number) ? number : 0;
    }
}
