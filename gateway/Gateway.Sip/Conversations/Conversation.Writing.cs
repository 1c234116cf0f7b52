using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Mapping.Addresses;
using Gateway.Mapping.Documents;
using Gateway.Mapping.Sip;
using Gateway.Sip.Connections;
using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Conversations;
using Gateway.Sip.Protocol.Dialogs;
using Gateway.Sip.Protocol.Wire;
using Gateway.Sip.Requests;

namespace Gateway.Sip.Conversations;

/// <summary>What the machine asks for, written. The caller holds the gate.</summary>
internal sealed partial class Conversation
{
    private (SipResponse Response, SipConnection? Connection)? forked;

    private void Perform(ConversationOutput output)
    {
        switch (output)
        {
            case ConversationOutput.SendMessage send:
                SendMessage(send);
                break;
            case ConversationOutput.MessageDone done:
                Finish(done);
                break;
            case ConversationOutput.SendInvite invite:
                SendInvite(invite.Leg);
                break;
            case ConversationOutput.AcceptInvite accept:
                AcceptInvite(accept.Leg);
                break;
            case ConversationOutput.RepeatAccept repeat:
                Find(repeat.Leg)?.RepeatAccept?.Invoke();
                break;
            case ConversationOutput.SendRefresh refresh:
                SendRefresh(refresh);
                break;
            case ConversationOutput.SendAck ack:
                if (Find(ack.Leg) is { } acknowledged) SendAck(acknowledged);
                break;
            case ConversationOutput.SendCancel cancel:
                Find(cancel.Leg)?.Invite?.Latest.Cancel();
                break;
            case ConversationOutput.EndFork fork:
                EndFork(fork);
                break;
            case ConversationOutput.SendTyping typing:
                SendTyping(typing);
                break;
            case ConversationOutput.SendBye bye:
                if (Find(bye.Leg) is { } left) SendBye(left);
                break;
            case ConversationOutput.Forget forget:
                if (Find(forget.Leg) is { } forgotten) Remove(forgotten);
                break;
            case ConversationOutput.DeliverTyping typing:
                Deliver(typing.IsTyping ? ChatState.Composing : ChatState.Paused);
                break;
            case ConversationOutput.Ended ended:
                OnEnded(ended.Reason);
                break;
        }
    }

    /// <summary>Tells the XMPP user what the SIP user does.</summary>
    public void Deliver(ChatState what)
    {
        var passage = side.NewPassage(Peer.Name, PassageKind.ChatState, SipUser, XmppUser);
        outside.Enqueue(() => side.Crossing.Enter(new FederatedPeer(Peer, SipUser.Domain, Proof.TlsSubject) { IsReport = true }, new ChatStateArrival(passage, what, null)));
    }

    private void Finish(ConversationOutput.MessageDone done)
    {
        if (!pieces.Remove(done.Id, out var piece) || piece.Departure is not { } departure) return;
        if (done.Reason == SipReason.None)
        {
            if (piece.IsLast) outside.Enqueue(() => departure.Complete(Outcome.Delivered));
            return;
        }

        // The words of the response where there was one, else of the way it was lost.
        var failure = done.Status > 0 || done.Reason is SipReason.TransportFailed or SipReason.InviteTimeout ? lastFailure ?? SipFailures.Of(done.Reason) : SipFailures.Of(done.Reason);

        // What was handed over already, in part or perhaps, must not be shown again by another way.
        if (!piece.IsFirst || piece.MayBeShown) failure = failure with { IsUnsent = false };
        outside.Enqueue(() => departure.Complete(Outcome.Failed(failure)));
    }

    private void OnEnded(SipReason reason)
    {
        foreach (var dialog in dialogs.ToArray()) Remove(dialog);
        table.Forget(this);
        if (reason is SipReason.EndedByPeer or SipReason.Idle or SipReason.SessionExpired) Deliver(ChatState.Gone);
        if (reason is SipReason.SessionExpired or SipReason.AckNeverCame) side.Ended(Peer.Name, "conversation", reason);
    }

    private void SendInvite(int leg)
    {
        var dialog = new ConversationDialog(this, leg, Peer, side.NewCallId(), side.NewTag())
        {
            LocalDescription = SessionDescription.WriteOffer(side.Options.Fqdn, side.Options.AdvertisedPort),
            Invite = new Inviting(this, leg),
        };
        dialogs.Add(dialog);
        table.Remember(dialog);
        var branch = side.Calls.Register(dialog.Invite);
        var buffer = Responder.Scratch();
        var uri = SipAddresses.ToUri(SipUser);
        var writer = NewRequest.Start(
            buffer, SipMethod.Invite, uri, $"<{SipAddresses.ToUri(XmppUser)}>", dialog.LocalTag, $"<{uri}>", dialog.CallId, dialog.InviteCSeq, branch, side.Own);
        Responder.WriteAllow(writer);
        writer.Header(SipHeaderId.Supported, "timer");

        // A value of its own per conversation: a repeated one makes the client refuse (field fact C6).
        writer.Header(SipHeaderId.MsConversationId, side.NewCallId());
        writer.End("application/sdp"u8, dialog.LocalDescription);
        side.Calls.Send(Peer, SipUser.Domain, LaneOf(dialog), dialog.Invite, buffer.WrittenSpan);
    }

    private void AcceptInvite(int leg)
    {
        var (connection, request, make, headers) = invited!.Value;
        var made = make(leg);
        dialogs.Add(made);
        table.Remember(made);
        bool Accept() => side.Requests.Responder.Dialog(connection, request, 200, made.LocalTag, headers, made.LocalDescription, "application/sdp");
        made.RepeatAccept = () => Accept();
        if (Accept()) return;

        // Cancelled meanwhile: its 487 has gone, and this leg never was (RFC 3261 §9.2).
        Remove(made);
        Step(new ConversationInput.Bye(leg));
    }

    private void SendMessage(ConversationOutput.SendMessage send)
    {
        if (Find(send.Leg) is not { State: { } current } dialog) return;
        dialog.State = Dialog.Advance(current);
        var request = new Messaging(this, send.Leg);
        var branch = side.Calls.Register(request);
        var buffer = Responder.Scratch();
        var writer = Dialog.StartRequest(buffer, dialog.State, SipMethod.Message, branch, side.Own);
        dialog.HtmlOut = null;
        pieces.TryGetValue(send.Message.Id, out var piece);
        if (piece.Departure is { Content: var content })
        {
            if (ContentToSip.Language(content) is { } language) writer.Header(SipHeaderId.ContentLanguage, language);

            // When it was first sent, if it was held on its way (XEP-0203; RFC 3261 §20.17). It is the sender's word: what is yet to come is not passed on.
            if (content.DelayedSince is { } since && since <= side.Now) writer.Header(SipHeaderId.Date, DateHeader.Write(since));
        }

        if (dialog.TakesHtml && piece.Html is { } html)
        {
            dialog.HtmlOut = send;
            writer.End(ContentToSip.HtmlType, html);
        }
        else writer.End(send.Message.ContentType, send.Message.Body.Span);
        side.Calls.Send(dialog.Peer, SipUser.Domain, LaneOf(dialog), request, buffer.WrittenSpan, dialog.Preferred);
    }

    // 415 to HTML, although its description named it: the client is taken at its word from now on, and gets the same message as plain text.
    private bool IsPlainOwed(int leg, SipResponse response)
    {
        if (response.Status != 415 || Find(leg) is not { HtmlOut: { } refused } dialog) return false;
        dialog.TakesHtml = false;
        SendMessage(refused);
        return true;
    }

    private void SendTyping(ConversationOutput.SendTyping typing)
    {
        var isComposing = typing.Mode == TypingMode.IsComposing;
        var state = typing.IsTyping ? ChatState.Composing : ChatState.Paused;
        if (Find(typing.Leg) is not { } dialog) return;
        if (isComposing) SendAside(dialog, SipMethod.Message, TypingDocuments.IsComposingType, TypingDocuments.ComposingOf(state));
        else SendAside(dialog, SipMethod.Info, TypingDocuments.KeyboardType, TypingDocuments.KeyboardOf(state));
    }

    private void SendBye(ConversationDialog dialog)
    {
        SendAside(dialog, SipMethod.Bye, "", default);
        Remove(dialog);
    }

    private void SendAside(ConversationDialog dialog, SipMethod method, string type, ReadOnlySpan<byte> body)
    {
        if (dialog.State is not { } current) return;
        dialog.State = Dialog.Advance(current);
        var request = new Aside(this, dialog.Number, method);
        var branch = side.Calls.Register(request);
        var buffer = Responder.Scratch();
        var writer = Dialog.StartRequest(buffer, dialog.State, method, branch, side.Own);
        if (body.IsEmpty) writer.End();
        else writer.End(type, body);
        side.Calls.Send(dialog.Peer, SipUser.Domain, LaneOf(dialog), request, buffer.WrittenSpan, dialog.Preferred);
    }

    private void SendRefresh(ConversationOutput.SendRefresh refresh)
    {
        if (Find(refresh.Leg) is not { State: { } current, Refresh: null } dialog) return;
        dialog.State = Dialog.Advance(current);
        var method = dialog.TakesUpdate ? SipMethod.Update : SipMethod.Invite;
        dialog.Refresh = new Refreshing(this, refresh.Leg, method);
        var branch = side.Calls.Register(dialog.Refresh);
        var buffer = Responder.Scratch();
        var writer = Dialog.StartRequest(buffer, dialog.State, method, branch, side.Own);
        writer.Header(SipHeaderId.Supported, "timer");
        writer.Header(SipHeaderId.SessionExpires, SessionTimer.InRefresh(refresh.Session));
        writer.Header(SipHeaderId.MinSE, SessionTimer.SecondsMin);
        Responder.WriteAllow(writer);
        if (method == SipMethod.Update) writer.End();
        else writer.End("application/sdp"u8, dialog.LocalDescription);
        side.Calls.Send(dialog.Peer, SipUser.Domain, LaneOf(dialog), dialog.Refresh, buffer.WrittenSpan, dialog.Preferred);
    }

    private void SendAck(ConversationDialog dialog, uint? cseq = null)
    {
        if (dialog.State is not { } current) return;
        var buffer = Responder.Scratch();
        Dialog.StartRequest(buffer, current, SipMethod.Ack, side.Calls.NewBranch(), side.Own, cseq ?? dialog.InviteCSeq).End();
        dialog.Connection?.TrySend(buffer.WrittenSpan);
    }

    // Another device answered as well: acknowledged, and ended in its own dialog.
    private void EndFork(ConversationOutput.EndFork fork)
    {
        var known = Find(fork.Leg);
        var response = forked?.Response ?? known?.Accepted;
        var connection = forked is { } late ? late.Connection : known?.Connection;
        if (response is null || Dialog.TryEstablish(response, side.Own, out var made) != SipReason.None) return;
        var other = new ConversationDialog(this, fork.Leg, Peer, made.Id.CallId, made.Id.LocalTag) { State = made, Connection = connection, InviteCSeq = response.CSeq.Number };
        SendAck(other);
        SendAside(other, SipMethod.Bye, "", default);
    }

    private static int LaneOf(ConversationDialog dialog) => dialog.CallId.GetHashCode(StringComparison.Ordinal);
}
