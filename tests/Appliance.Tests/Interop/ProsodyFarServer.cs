using Lab.Xmpp;

namespace Appliance.Tests.Interop;

/// <summary>Prosody: its log has both domains of a stream, and of ours what we said or what is wrong with our certificate.</summary>
public sealed class ProsodyFarServer(Prosody server) : RealFarServer(server.Options.ComponentPort, server.Process, server)
{
    protected override bool IsAbout(string line, Cell cell) =>
        line.Contains(cell.IsIn ? $"Outgoing s2s stream {cell.Far}->{cell.Near} closed: " : $"Incoming s2s stream {cell.Near}->{cell.Far} closed: ", StringComparison.Ordinal);

    protected override string WordsOf(Cell cell) => (cell.Tls?.Ours, cell.IsIn, cell.Whose) switch
    {
        ("required", true, _) => "dialback authentication failed",
        // It is asked for TLS though it offers none (RFC 7590 §3.1).
        ("required", false, _) => "unsupported-stanza-type",
        ("forbidden", true, _) => "TLS negotiation failed",
        ("forbidden", false, _) => "policy-violation (TLS is not used with this server.)",
        (_, _, Cell.Ours) => "Your server's certificate " + Fault(cell),
        _ => cell.Reason,
    };

    protected override (string Reason, string Words) OursWithoutTls(Cell cell) => (cell.Tls?.Ours == "required" ? "xmpp.TlsRequired" : "xmpp.TlsForbidden", "");

    protected override (string Reason, string Words) OursRefused(Cell cell) => ("xmpp.PeerStreamError", "not-authorized: Your server's certificate " + Fault(cell));

    private static string Fault(Cell cell) => cell.Certificate switch
    {
        "expired" => "has expired",
        "wrong-name" => "is not valid for this name",
        // It knows "is self-signed" too, by words of an older OpenSSL than it has.
        _ => "is not trusted",
    };
}
