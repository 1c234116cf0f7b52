using System.Buffers;
using Gateway.Sip.Protocol.Wire;

namespace Gateway.Sip.Protocol.Dialogs;

/// <summary>
/// The rules of dialogs (RFC 3261 §12) as functions of <see cref="DialogState"/>: how one begins at either end, what an incoming request may do
/// to it, and how our requests inside it are written.
/// </summary>
public static class Dialog
{
    /// <summary>Most route bytes we keep: with the rest of the state it must fit the leg's 16 KiB.</summary>
    public const int RouteBytesMax = 12 * 1024;

    /// <summary>We accept a request that makes a dialog (RFC 3261 §12.1.1): the Record-Route in its order, top first.</summary>
    public static SipReason TryAccept(SipRequest request, string localTag, OwnHop own, out DialogState dialog)
    {
        dialog = null!;
        if (!request.TryContact(out var contact) || !contact.Uri.IsSip) return SipReason.ContactInvalid;
        if (request.FromTag.Length == 0) return SipReason.FromInvalid;
        var fault = ReadRoutes(request, reversed: false, own, out var routes);
        if (fault != SipReason.None) return fault;
        dialog = new DialogState
        {
            Id = new DialogId(request.CallId, localTag, request.FromTag),
            LocalHeader = SipGrammar.Text(request.First(SipHeaderId.To)) + ";tag=" + localTag,
            RemoteHeader = SipGrammar.Text(request.First(SipHeaderId.From)),
            RemoteTarget = contact.UriText,
            RouteSet = routes,
            RemoteCSeq = request.CSeq.Number,
        };
        return SipReason.None;
    }

    /// <summary>
    /// A response (101 to 299 with a tag) to a request of ours makes a dialog (RFC 3261 §12.1.2): the Record-Route backwards. Our own comes back
    /// in it and is taken out, else we would route to ourselves.
    /// </summary>
    public static SipReason TryEstablish(SipResponse response, OwnHop own, out DialogState dialog)
    {
        dialog = null!;
        if (response.ToTag.Length == 0) return SipReason.ToInvalid;
        if (!response.TryContact(out var contact) || !contact.Uri.IsSip) return SipReason.ContactInvalid;
        return Establish(
            response, contact.UriText, reversed: true, DialogId.OfResponse(response), SipHeaderId.From, SipHeaderId.To, response.CSeq.Number, null, own, out dialog);
    }

    /// <summary>
    /// A NOTIFY may overtake the 200 of its SUBSCRIBE and makes the dialog itself (RFC 6665 §4.4.1): routes as the callee of the NOTIFY sees them.
    /// </summary>
    public static SipReason TryEstablishByNotify(SipRequest notify, uint localCSeq, OwnHop own, out DialogState dialog)
    {
        dialog = null!;
        if (notify.FromTag.Length == 0) return SipReason.FromInvalid;
        if (!notify.TryContact(out var contact) || !contact.Uri.IsSip) return SipReason.ContactInvalid;
        return Establish(
            notify, contact.UriText, reversed: false, DialogId.OfRequest(notify), SipHeaderId.To, SipHeaderId.From, localCSeq, notify.CSeq.Number, own, out dialog);
    }

    /// <summary>
    /// An incoming request inside the dialog (RFC 3261 §12.2.2): numbers never go back, and a target refresh moves the remote target.
    /// Gaps are legal. ACK carries the number of its INVITE and is not counted, nor is CANCEL.
    /// </summary>
    public static SipReason TryReceive(DialogState dialog, SipRequest request, out DialogState next)
    {
        next = dialog;
        if (request.Method is SipMethod.Ack or SipMethod.Cancel) return SipReason.None;
        if (dialog.RemoteCSeq is { } last && request.CSeq.Number <= last) return SipReason.CSeqOutOfOrder;
        next = Refresh(dialog with { RemoteCSeq = request.CSeq.Number }, request, request.Method);
        return SipReason.None;
    }

    /// <summary>A 2xx to a target refresh of ours moves the remote target too (RFC 3261 §12.2.1.2).</summary>
    public static DialogState ReceiveAnswer(DialogState dialog, SipResponse response) =>
        response.IsSuccess ? Refresh(dialog, response, response.CSeq.Method) : dialog;

    /// <summary>Takes the next own number. Numbers start at 1 and stay below 2^31.</summary>
    public static DialogState Advance(DialogState dialog) => dialog with { LocalCSeq = checked((uint)Math.Min(dialog.LocalCSeq + 1L, int.MaxValue)) };

    /// <summary>After a restart or adoption: continue at a reserved block, never back (design §6, one voice per dialog).</summary>
    public static DialogState ContinueAt(DialogState dialog, uint blockStart) =>
        blockStart > dialog.LocalCSeq ? dialog with { LocalCSeq = blockStart } : dialog;

    /// <summary>
    /// Starts a request inside the dialog with its number <see cref="DialogState.LocalCSeq"/> (call <see cref="Advance"/> first; an ACK takes the number
    /// of its INVITE): Via, Route, Max-Forwards, From, To, Call-ID, CSeq, and Contact where the method refreshes the target.
    /// </summary>
    public static SipWriter StartRequest(IBufferWriter<byte> output, DialogState dialog, SipMethod method, string branch, OwnHop own, uint? cseq = null)
    {
        var routes = dialog.RouteSet;
        var isStrict = routes.Count > 0 && !IsLoose(routes[0]);
        var writer = SipWriter.Request(output, method, isStrict ? routes[0] : dialog.RemoteTarget);
        writer.Via(own.Transport, own.SentBy, branch);
        for (var i = isStrict ? 1 : 0; i < routes.Count; i++) writer.Route(routes[i]);

        // RFC 3261 §12.2.1.1: a strict router first in the set becomes the Request-URI, the target goes last.
        if (isStrict) writer.Route(dialog.RemoteTarget);
        writer.Header(SipHeaderId.MaxForwards, 70u);
        writer.Header(SipHeaderId.From, dialog.LocalHeader);
        writer.Header(SipHeaderId.To, dialog.RemoteHeader);
        writer.Header(SipHeaderId.CallId, dialog.Id.CallId);
        writer.CSeq(cseq ?? dialog.LocalCSeq, method);
        if (RefreshesTarget(method)) writer.Header(SipHeaderId.Contact, own.Contact);
        if (own.UserAgent is not null) writer.Header(SipHeaderId.UserAgent, own.UserAgent);
        return writer;
    }

    /// <summary>Methods whose Contact replaces the remote target (RFC 3261 §12.2, RFC 3311, RFC 6665 §3.1).</summary>
    public static bool RefreshesTarget(SipMethod method) =>
        method is SipMethod.Invite or SipMethod.Update or SipMethod.Subscribe or SipMethod.Notify or SipMethod.Refer;

    private static SipReason Establish(
        SipMessage message, string target, bool reversed, DialogId id, SipHeaderId local, SipHeaderId remote, uint localCSeq, uint? remoteCSeq, OwnHop own,
        out DialogState dialog)
    {
        dialog = null!;
        var fault = ReadRoutes(message, reversed, own, out var routes);
        if (fault != SipReason.None) return fault;
        dialog = new DialogState
        {
            Id = id,
            LocalHeader = SipGrammar.Text(message.First(local)),
            RemoteHeader = SipGrammar.Text(message.First(remote)),
            RemoteTarget = target,
            RouteSet = routes,
            LocalCSeq = localCSeq,
            RemoteCSeq = remoteCSeq,
            IsCaller = true,
        };
        return SipReason.None;
    }

    private static DialogState Refresh(DialogState dialog, SipMessage message, SipMethod method) =>
        RefreshesTarget(method) && message.TryContact(out var contact) && contact.Uri.IsSip && contact.UriText != dialog.RemoteTarget
            ? dialog with { RemoteTarget = contact.UriText }
            : dialog;

    private static SipReason ReadRoutes(SipMessage message, bool reversed, OwnHop own, out IReadOnlyList<string> routes)
    {
        routes = [];
        if (!message.Has(SipHeaderId.RecordRoute)) return SipReason.None;
        var list = new List<string>(4);
        var bytes = 0;
        foreach (var value in message.All(SipHeaderId.RecordRoute))
        {
            // Header parameters after the bracket (;tag=, ;ms-rrsig=) belong to Record-Route only (field fact A6).
            var uri = NameAddress.UriOf(value);
            if (uri.IsEmpty || (bytes += uri.Length) > RouteBytesMax) return SipReason.RouteInvalid;
            list.Add(SipGrammar.Text(uri));
        }

        if (reversed) list.Reverse();
        while (list.Count > 0 && SipUri.TryRead(list[0], out var first) && own.IsNamedBy(first)) list.RemoveAt(0);
        routes = list;
        return SipReason.None;
    }

    private static bool IsLoose(string route) => SipUri.TryRead(route, out var uri) && uri.Parameters.Has("lr");
}
