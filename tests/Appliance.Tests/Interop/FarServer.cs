namespace Appliance.Tests.Interop;

/// <summary>A server on the far side of the matrix: what it sends, what reaches it, and what it and we say when something failed.</summary>
public abstract class FarServer : IAsyncDisposable
{
    public abstract Task SendAsync(Cell cell, string to, string id, string body);

    /// <summary>Waits until a message with this body reached the far domain.</summary>
    public abstract Task ArrivesAsync(Cell cell, string body);

    /// <summary>Waits until the sender of what did not get through is told.</summary>
    public abstract Task FailsAsync(Cell cell, string id);

    /// <summary>Waits until the server tells, in its log or as an event, that the stream did not stand, with the reason.</summary>
    public abstract Task RefusedAsync(Cell cell);

    /// <summary>What our log and status say of it: the public name of the reason (or of either, where the server is faster or slower than its last word), and a part of the text.</summary>
    public (string Reason, string Words) OursOf(Cell cell) => (cell.Tls, cell.Whose, cell.IsIn) switch
    {
        (("required", _), _, false) => ("xmpp.TlsRequired", ""),
        (("forbidden", _), _, false) => ("xmpp.TlsForbidden", ""),
        ({ }, _, true) => OursWithoutTls(cell),
        (_, Cell.Theirs, _) => ("xmpp.CertificateRefused", cell.Reason),
        _ => OursRefused(cell),
    };

    /// <summary>The same where it dialled us, and what it wants of TLS and what our record allows do not meet.</summary>
    protected abstract (string Reason, string Words) OursWithoutTls(Cell cell);

    /// <summary>The same where it did not believe our certificate.</summary>
    protected abstract (string Reason, string Words) OursRefused(Cell cell);

    public abstract ValueTask DisposeAsync();

    /// <summary>What we can see ourselves of a fault of our certificate; whether its authority is known there we cannot.</summary>
    protected static string OwnFault(Cell cell, string whenUnknown) => cell.Certificate == "unknown-ca" ? whenUnknown : $"does not prove {cell.Near}: {cell.Reason}.";
}
