using System.Buffers;
using System.Globalization;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Mapping.Errors;
using Gateway.Sip.Connections;
using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Wire;

namespace Gateway.Sip.Requests;

/// <summary>Writes responses. One scratch buffer per thread; the connection copies.</summary>
internal sealed class Responder(SipSide side)
{
    private const string AllowedMethods = "INVITE, ACK, CANCEL, BYE, MESSAGE, INFO, UPDATE, OPTIONS, SUBSCRIBE, NOTIFY";

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? scratch;

    /// <summary>The thread's scratch buffer, emptied.</summary>
    public static ArrayBufferWriter<byte> Scratch()
    {
        var buffer = scratch ??= new ArrayBufferWriter<byte>(4 * 1024);
        // One huge message must not pin its memory to the thread.
        if (buffer.Capacity > 256 * 1024) buffer = scratch = new ArrayBufferWriter<byte>(4 * 1024);
        buffer.ResetWrittenCount();
        return buffer;
    }

    /// <summary>The short 2xx of the message path: no header beyond what must be echoed.</summary>
    public static void Plain(SipConnection connection, SipMessage request, int status, string? toTag = null)
    {
        var buffer = Scratch();
        SipWriter.ResponseTo(buffer, request, status, null, toTag).End();
        Send(connection, request, status, buffer.WrittenSpan, toTag);
    }

    /// <summary>A response with the headers a dialog or an offer of ours needs. False: the request was cancelled, or answered before.</summary>
    public bool Dialog(SipConnection connection, SipRequest request, int status, string toTag, Action<SipWriter>? headers = null, ReadOnlySpan<byte> body = default, string contentType = "")
    {
        var buffer = Scratch();
        var writer = SipWriter.ResponseTo(buffer, request, status, null, toTag);
        writer.Header(SipHeaderId.Contact, side.Own.Contact);
        headers?.Invoke(writer);
        if (body.IsEmpty) writer.End();
        else writer.End(contentType, body);
        return Send(connection, request, status, buffer.WrittenSpan, toTag);
    }

    /// <summary>Refuses a request: status, our diagnosis in words (field fact A9), and what the status demands (Allow, Accept, Unsupported …).</summary>
    public void Refuse(
        SipConnection connection, SipMessage request, int status, string reason, string text, Action<SipWriter>? headers = null, int? retryAfterSeconds = null,
        string? phrase = null, bool isTold = false)
    {
        side.Metrics.Refused(reason, status);
        if (!isTold && IsOurs(reason)) side.Refused(connection.Link?.PeerName ?? connection.Transport.Remote.Address.ToString(), reason, text);
        if (request is SipRequest { Method: SipMethod.Ack or SipMethod.Benotify }) return;
        var buffer = Scratch();
        var tag = side.NewTag();
        var writer = SipWriter.ResponseTo(buffer, request, status, phrase, tag);
        if (status == 405) writer.Header(SipHeaderId.Allow, AllowedMethods);
        if (status == 489) writer.Header(SipHeaderId.AllowEvents, "presence");
        if (retryAfterSeconds is { } after) writer.Header(SipHeaderId.RetryAfter, (uint)after);
        headers?.Invoke(writer);
        writer.Header(SipHeaderId.MsDiagnosticsPublic, string.Create(CultureInfo.InvariantCulture, $"{OwnDiagnostics.NumberOf(reason)};reason=\"{reason}: {Quotable(text)}\""));
        writer.End();
        Send(connection, request, status, buffer.WrittenSpan, tag);
    }

    /// <summary>Refuses with what the one error table says of a neutral failure.</summary>
    public void Refuse(SipConnection connection, SipRequest request, Failure failure, PeerModel peer, SipRequestKind kind)
    {
        var answer = ErrorTable.ToSip(failure, kind, SipDialect.ByName(peer.Profile) is { Avoids6xx: true });
        Refuse(connection, request, answer.Status, failure.Reason, failure.Text, null, answer.RetryAfterSeconds);
    }

    // What the judge, the crossing and the core refuse they write down themselves; what the far system refuses is its own business.
    private static bool IsOurs(string reason) =>
        reason.StartsWith("sip.", StringComparison.Ordinal) || (reason.StartsWith("mapping.", StringComparison.Ordinal) && !reason.StartsWith("mapping.RefusedBy", StringComparison.Ordinal));

    public static void WriteAllow(SipWriter writer) => writer.Header(SipHeaderId.Allow, AllowedMethods);

    private static bool Send(SipConnection connection, SipMessage request, int status, ReadOnlySpan<byte> response, string? tag) =>
        request is SipRequest { Transaction: ServerTransaction open } ? open.Answer(status, response, tag) : connection.TrySend(response);

    private static string Quotable(string text) => text.Replace('\\', '/').Replace('"', '\'');
}
