using Gateway.Sip.Protocol;

namespace Gateway.Host.Reasons;

/// <summary>Rows of the SIP room; column XMPP is what the XMPP user gets, where somebody waits.</summary>
internal static class SipRows
{
    public static IEnumerable<ReasonRow> All =>
    [
        Row(SipReason.None, "", "", "Nothing was refused.", "Nothing was refused."),
        Row(SipReason.HeadTooLarge, "connection ends", "", "A message's head is longer than limits.sipHeadBytesMax.",
            "Raise the limit if the partner's proxies add much; else the peer is hostile."),
        Row(SipReason.BodyTooLarge, "connection ends", "", "A message's body is longer than limits.sipBodyBytesMax.", "Raise the limit if the partner's documents are that large."),
        Row(SipReason.ContentLengthMissing, "connection ends", "", "A message without Content-Length on a stream.", "The peer is broken; a wire trace shows the message."),
        Row(SipReason.ContentLengthInvalid, "connection ends", "", "Content-Length is no number.", "The peer is broken; a wire trace shows the message."),
        Row(SipReason.ContentLengthConflict, "connection ends", "", "Two Content-Length headers disagree.", "The peer is broken or hostile: request smuggling looks like this."),
        Row(SipReason.StartLineInvalid, "400", "", "The first line is no SIP.", "No SIP at all, or a broken peer."),
        Row(SipReason.VersionNotSupported, "505", "", "Not SIP/2.0.", "The peer is broken; a wire trace shows the message."),
        Row(SipReason.HeadNotUtf8, "400", "", "The head is not UTF-8.", "The peer is broken; a wire trace shows the message."),
        Row(SipReason.HeaderLineInvalid, "400", "", "A header line cannot be read.", "The peer is broken; a wire trace shows the message."),
        Row(SipReason.HeadersTooMany, "400", "", "More header lines than the limit.", "The peer is broken; a wire trace shows the message."),
        Row(SipReason.HeaderTooLarge, "400", "", "One header is longer than the limit.", "The peer is broken; a wire trace shows the message."),
        Row(SipReason.HeaderMissing, "400", "", "A header that every message needs is missing.", "The peer is broken; a wire trace shows the message."),
        Row(SipReason.HeaderDuplicated, "400", "", "A header that may stand once stands twice.", "The peer is broken; a wire trace shows the message."),
        Row(SipReason.ViaInvalid, "400", "", "Via cannot be read.", "The peer is broken; a wire trace shows the message."),
        Row(SipReason.ViaTooMany, "400", "", "More Via lines than the limit.", "A loop between proxies, or a hostile peer."),
        Row(SipReason.FromInvalid, "400", "", "From cannot be read.", "The peer is broken; a wire trace shows the message."),
        Row(SipReason.ToInvalid, "400", "", "To cannot be read.", "The peer is broken; a wire trace shows the message."),
        Row(SipReason.CallIdInvalid, "400", "", "Call-ID cannot be read.", "The peer is broken; a wire trace shows the message."),
        Row(SipReason.CSeqInvalid, "400", "", "CSeq cannot be read.", "The peer is broken; a wire trace shows the message."),
        Row(SipReason.CSeqMethodMismatch, "400", "", "CSeq names another method.", "The peer is broken; a wire trace shows the message."),
        Row(SipReason.MaxForwardsInvalid, "400", "", "Max-Forwards is no number.", "The peer is broken; a wire trace shows the message."),
        Row(SipReason.ContactInvalid, "400", "", "Contact cannot be read.", "The peer is broken; a wire trace shows the message."),
        Row(SipReason.RouteInvalid, "400", "", "A route cannot be read.", "The peer is broken; a wire trace shows the message."),
        Row(SipReason.ExpiresInvalid, "400", "", "Expires is no number.", "The peer is broken; a wire trace shows the message."),
        Row(SipReason.RequestUriInvalid, "400", "", "The request URI cannot be read.", "The peer is broken; a wire trace shows the message."),
        Row(SipReason.RequestUriSchemeUnsupported, "416", "", "The request URI is no sip URI.", "Users of the partner dial an address of another kind."),
        Row(SipReason.StatusInvalid, "dropped", "", "A response without a valid status.", "The peer is broken; a wire trace shows the message."),
        Row(SipReason.DateInvalid, "400", "", "Date cannot be read.", "The peer is broken; a wire trace shows the message."),
        Row(SipReason.BodyTruncated, "400", "", "The body is shorter than it says.", "The peer is broken; a wire trace shows the message."),
        Row(SipReason.MethodNotAllowed, "405", "", "A method that is not offered to this peer.", "Nothing. The partner tries what we do not offer."),
        Row(SipReason.TooManyHops, "483", "", "Max-Forwards is used up.", "A loop between proxies: look at the partner's static routes."),
        Row(SipReason.LoopDetected, "482", "", "Our own Via stands in the request.", "The partner sends back what we sent: look at its static routes."),
        Row(SipReason.MergedRequest, "482", "", "The same request came on two ways.", "The partner's proxies fork; only the first is served."),
        Row(SipReason.ExtensionUnsupported, "420", "", "The request requires an extension we do not have.", "The Require header in the trace names it."),
        Row(SipReason.EventUnknown, "489", "", "A subscription to an event package we do not offer.", "Nothing. Presence is offered."),
        Row(SipReason.AcceptUnsupported, "406", "", "The subscriber accepts no document we can write.", "The partner must accept application/pidf+xml."),
        Row(SipReason.BodyTypeUnsupported, "415", "", "A body of a type we cannot carry.", "Nothing."),
        Row(SipReason.ExpiresTooBrief, "423", "", "A subscription shorter than presence.expiresMin.", "Nothing."),
        Row(SipReason.DialogUnknown, "481", "", "A request in a dialog we do not know.", "Nothing. The peer builds a new dialog. Often: two gateways behind one name."),
        Row(SipReason.DialogNotOwned, "481", "", "A request in another peer's dialog.", "An attack, or one partner under two peer records."),
        Row(SipReason.CSeqOutOfOrder, "500", "", "A request older than the last one of its dialog.", "The peer is broken; a wire trace shows the message."),
        Row(SipReason.TransactionUnknown, "481", "", "A CANCEL or ACK without its request.", "Nothing."),
        Row(SipReason.RequestPending, "491", "", "A request while ours of the same kind is open.", "Nothing. The peer tries again."),
        Row(SipReason.SessionNotAcceptable, "488", "", "A session without instant messages.", "Nothing."),
        Row(SipReason.MultipartyRefused, "488", "", "An invitation to a conference of more than two.", "Nothing. Groups do not cross."),
        Row(SipReason.AudioVideoRefused, "488", "", "An invitation to audio or video.", "Nothing. Only messages and presence cross."),
        Row(SipReason.FileTransferRefused, "488", "", "An invitation to a file transfer.", "Nothing."),
        Row(SipReason.ConferenceRefused, "488", "", "An invitation to a conference.", "Nothing."),
        Row(SipReason.Overloaded, "503", "", "The gateway has no room.", "Look at CPU and `gateway status`."),
        Row(SipReason.Answered, "", "", "The transaction was answered.", "Nothing."),
        Row(SipReason.TransactionTimeout, "", "remote-server-timeout", "The peer did not answer a request in time.",
            "Does the edge know our host name and believe our certificate? `gateway doctor PEER`."),
        Row(SipReason.TransportFailed, "", "remote-server-timeout", "The connection broke under a request.", "`gateway doctor PEER`."),
        Row(SipReason.AckNeverCame, "", "", "The peer never acknowledged our 200.", "Its proxies do not route to our Contact: does our fqdn resolve there?"),
        Row(SipReason.Cancelled, "487", "", "The peer took its invitation back.", "Nothing."),
        Row(SipReason.Deactivated, "", "", "The notifier ended the subscription; it is asked again at once.", "Nothing."),
        Row(SipReason.Probation, "", "", "The notifier asks us to come back later.", "Nothing."),
        Row(SipReason.Rejected, "", "unsubscribed", "The user refused the subscription.", "Nothing."),
        Row(SipReason.Timeout, "", "", "The subscription ran out and is asked again.", "Nothing."),
        Row(SipReason.GiveUp, "", "", "The notifier could not get a decision; asked again later.", "Nothing."),
        Row(SipReason.NoResource, "", "unsubscribed", "The user does not exist there.", "Check the address."),
        Row(SipReason.Invariant, "", "", "The state cannot change; nothing is asked again.", "Nothing."),
        Row(SipReason.ReasonNotGiven, "", "", "The notifier ended without a reason.", "Nothing."),
        Row(SipReason.SubscriptionRefused, "", "unsubscribed or nothing", "SUBSCRIBE was refused.", "The status is in the text; 403 and 404 mean the user or the partner's policy."),
        Row(SipReason.NotifyNeverCame, "", "", "SUBSCRIBE was accepted, and no NOTIFY followed.", "The edge cannot reach our Contact: does our fqdn resolve there, is TCP 5061 open inwards?"),
        Row(SipReason.NotifyRefused, "", "", "The watcher refused a NOTIFY; the subscription ends.", "Nothing."),
        Row(SipReason.Unsubscribed, "", "", "The subscription was ended by the one who asked.", "Nothing."),
        Row(SipReason.EndedByPeer, "", "gone", "The user closed the conversation.", "Nothing."),
        Row(SipReason.EndedByUs, "", "", "We closed the conversation.", "Nothing."),
        Row(SipReason.Idle, "", "", "Nothing was said for long.", "Nothing."),
        Row(SipReason.Superseded, "", "", "A newer conversation of the same two took its place.", "Nothing."),
        Row(SipReason.Glare, "491", "", "Both ends invited at once; one of them waits.", "Nothing."),
        Row(SipReason.InviteRefused, "", "by the status", "The invitation was refused.", "The status is in the text: 480 and 486 mean the user, 403 the partner's policy, 404 no such user."),
        Row(SipReason.InviteTimeout, "", "remote-server-timeout", "The invitation was not answered in time.", "Nothing."),
        Row(SipReason.MessageRefused, "", "by the status", "A message was refused.", "The status is in the text."),
        Row(SipReason.MessageTimeout, "", "remote-server-timeout", "A message was not answered in time.", "Look at the peer's connections in `gateway status`."),
        Row(SipReason.StaleCSeq, "500", "", "A message repeated an old number.", "The peer is broken; a wire trace shows the message."),
        Row(SipReason.QueueFull, "480", "resource-constraint", "Too many messages wait for one conversation.", "The user's client does not answer; the sender was told."),
        Row(SipReason.MessageTooOld, "", "remote-server-timeout", "A message waited longer than its time.", "The sender was told; look at the peer's connections."),
        Row(SipReason.MessageTooLarge, "513", "policy-violation", "A message is longer than the dialect allows.", "The sender was told."),
        Row(SipReason.PeerLost, "", "remote-server-timeout", "The peer's connections are gone.", "`gateway doctor PEER`."),
        Row(SipReason.ShuttingDown, "480", "system-shutdown", "We are shutting down.", "Nothing."),
        Row(SipReason.StoredFormatUnknown, "", "", "A stored dialog has a format of a newer version.", "Run the newer version, or let subscriptions build anew."),
        Row(SipReason.StoredDocumentInvalid, "", "", "A stored dialog cannot be read.", "The store was changed by hand or damaged; the subscription builds anew."),
    ];

    // The status is the SIP room's own; only what goes beyond a status is written in the rows.
    private static ReasonRow Row(SipReason reason, string sip, string xmpp, string text, string nextStep)
    {
        var status = SipReasonAnswers.StatusOf(reason);
        var word = status.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var isEmptyOrStatus = sip.Length == 0 || char.IsAsciiDigit(sip[0]);
        var answer = status == 0 || sip == "dropped" ? sip : isEmptyOrStatus ? word : $"{word}, {sip}";
        return new($"sip.{reason}", answer, xmpp, text, nextStep);
    }
}
