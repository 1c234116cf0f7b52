namespace Gateway.Sip.Protocol;

/// <summary>
/// Why the SIP room refused, ended or dropped something. Closed; the public name of a member is <c>sip.</c> and the member,
/// the same in log, metric and test.
/// </summary>
public enum SipReason
{
    /// <summary>Nothing was refused.</summary>
    None = 0,

    // Framing: the place of the next message in the stream is unknown, so the connection ends.
    HeadTooLarge,
    BodyTooLarge,
    ContentLengthMissing,
    ContentLengthInvalid,
    ContentLengthConflict,

    // Grammar: the message is framed, so it can be answered 400 and the connection goes on.
    StartLineInvalid,
    VersionNotSupported,
    HeadNotUtf8,
    HeaderLineInvalid,
    HeadersTooMany,
    HeaderTooLarge,
    HeaderMissing,
    HeaderDuplicated,
    ViaInvalid,
    ViaTooMany,
    FromInvalid,
    ToInvalid,
    CallIdInvalid,
    CSeqInvalid,
    CSeqMethodMismatch,
    MaxForwardsInvalid,
    ContactInvalid,
    RouteInvalid,
    ExpiresInvalid,
    RequestUriInvalid,
    RequestUriSchemeUnsupported,
    StatusInvalid,
    BodyTruncated,

    // Refusals of a well-formed request.
    MethodNotAllowed,
    MethodUnknown,
    TooManyHops,
    LoopDetected,
    MergedRequest,
    ExtensionUnsupported,
    EventUnknown,
    AcceptUnsupported,
    BodyTypeUnsupported,
    EncodingUnsupported,
    ExpiresTooBrief,
    WatchersTooMany,
    ContactsTooMany,
    DialogSharingRefused,
    EventInvalid,
    DialogUnknown,
    DialogNotOwned,
    CSeqOutOfOrder,
    TransactionUnknown,
    RequestPending,
    SessionNotAcceptable,
    MultipartyRefused,
    AudioVideoRefused,
    FileTransferRefused,
    ConferenceRefused,
    Overloaded,

    // Ends of transactions.
    Answered,
    TransactionTimeout,
    TransportFailed,
    AckNeverCame,
    Cancelled,

    // Ends of subscriptions (RFC 6665 §4.1.3 reasons first).
    Deactivated,
    Probation,
    Rejected,
    Timeout,
    GiveUp,
    NoResource,
    Invariant,
    ReasonNotGiven,
    SubscriptionRefused,
    NotifyNeverCame,
    NotifyRefused,
    Unsubscribed,

    // Ends of conversations.
    EndedByPeer,
    EndedByUs,
    Idle,
    Superseded,
    Glare,
    InviteRefused,
    InviteTimeout,
    MessageRefused,
    MessageTimeout,
    StaleCSeq,
    QueueFull,
    MessageTooOld,
    MessageTooLarge,
    MessageExpired,
    PeerLost,
    SessionExpired,
    PeerSilent,
    PeerOverloaded,
    ShuttingDown,

    // What a peer said of its own accord.
    PeerDiagnosed,
    IdentityNotBelieved,

    // Stored documents.
    StoredFormatUnknown,
    StoredDocumentInvalid,
}
