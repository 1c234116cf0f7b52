using Lab;
using Lab.Xmpp;

namespace Appliance.Tests.Interop;

/// <summary>ejabberd: one component takes what is for any of its domains, and a host of its own has no users to take anything.</summary>
public sealed class EjabberdFarServer(Ejabberd server) : RealFarServer(server.Options.ComponentPort, server.Process, server)
{
    /// <summary>Its word about TLS can be changed for its hosts only.</summary>
    public static bool IsHost(string domain) => domain.Split('.') is [_, var policy, ..] && policy.StartsWith("tls-", StringComparison.Ordinal) && !policy.EndsWith("-may", StringComparison.Ordinal);

    public override Task<XmppComponent> ComponentAsync(string domain) => base.ComponentAsync(server.Options.Domains[0].Name);

    public override Task ArrivesAsync(Cell cell, string body) => IsHost(cell.Far)
        ? Process.Lines.SeeAsync($"ejabberd takes the stream of {cell}",
            l => l.Contains("Accepted inbound s2s", StringComparison.Ordinal) && l.Contains($"{cell.Near} -> {cell.Far}", StringComparison.Ordinal), Stage.Soon)
        : base.ArrivesAsync(cell, body);

    // Who is told is a user of the host, and there is none.
    public override Task FailsAsync(Cell cell, string id) => IsHost(cell.Far) ? RefusedAsync(cell) : base.FailsAsync(cell, id);

    protected override bool IsAbout(string line, Cell cell) => line.Contains(cell.IsIn ? $" {cell.Far} -> {cell.Near}" : $" {cell.Near} -> {cell.Far}", StringComparison.Ordinal);

    // A busy ejabberd asks its socket for more when we are gone already, and then forgets what it has (einval, closed).
    protected override bool IsDeaf(string line) =>
        line.Contains("Connection failed: invalid argument", StringComparison.Ordinal) || line.Contains("Connection failed: connection closed", StringComparison.Ordinal);

    protected override string WordsOf(Cell cell) => (cell.Tls?.Ours, cell.IsIn, cell.Whose) switch
    {
        ("required", true, _) => "STARTTLS is disabled in local configuration",
        ("required", false, _) => "TLS failed: starttls_unsupported",
        ("forbidden", true, _) => "Use of STARTTLS required",
        ("forbidden", false, _) => "Stream closed by peer: TLS is not used with this server. (policy-violation)",
        (_, true, Cell.Ours) => "Peer certificate rejected: " + Fault(cell),
        (_, false, Cell.Ours) => "(127.0.0.1): " + Fault(cell),
        (_, true, _) => $"({cell.Reason}) (not-authorized)",
        _ => $"Stream closed by peer: The certificate does not prove '{cell.Far}' ({cell.Reason})",
    };

    protected override (string Reason, string Words) OursWithoutTls(Cell cell) => ("xmpp.PeerStreamError", WordsOf(cell));

    protected override (string Reason, string Words) OursRefused(Cell cell) => cell.IsIn
        ? ("xmpp.PeerClosed|xmpp.ConnectionLost", OwnFault(cell, "it may not know the authority"))
        : ("xmpp.SaslFailed", OwnFault(cell, "not-authorized"));

    private static string Fault(Cell cell) => cell.Certificate switch
    {
        "expired" => "certificate has expired",
        "self-signed" => "self signed certificate",
        "wrong-name" => "Certificate host name mismatch",
        _ => "unable to verify the first certificate",
    };
}
