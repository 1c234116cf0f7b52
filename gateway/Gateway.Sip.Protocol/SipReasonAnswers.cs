namespace Gateway.Sip.Protocol;

/// <summary>The response each refusal gives to a request; zero where nothing is answered because the reason ends something of our own.</summary>
public static class SipReasonAnswers
{
    public static int StatusOf(SipReason reason) => reason switch
    {
        SipReason.HeadTooLarge or SipReason.BodyTooLarge or SipReason.MessageTooLarge => 513,
        SipReason.VersionNotSupported => 505,
        SipReason.RequestUriSchemeUnsupported => 416,
        SipReason.MethodNotAllowed or SipReason.MethodUnknown => 405,
        SipReason.ContentLengthMissing => 411,
        SipReason.TooManyHops => 483,
        SipReason.LoopDetected or SipReason.MergedRequest => 482,
        SipReason.ExtensionUnsupported => 420,
        SipReason.EventUnknown => 489,
        SipReason.AcceptUnsupported => 406,
        SipReason.BodyTypeUnsupported or SipReason.EncodingUnsupported => 415,
        SipReason.ExpiresTooBrief => 423,
        SipReason.WatchersTooMany => 480,
        SipReason.DialogSharingRefused => 403,
        SipReason.EventInvalid => 400,
        SipReason.DialogUnknown or SipReason.DialogNotOwned or SipReason.TransactionUnknown => 481,
        SipReason.CSeqOutOfOrder => 500,
        SipReason.RequestPending => 491,
        SipReason.SessionNotAcceptable or SipReason.MultipartyRefused or SipReason.AudioVideoRefused
            or SipReason.FileTransferRefused or SipReason.ConferenceRefused => 488,
        SipReason.Overloaded => 503,
        SipReason.QueueFull or SipReason.ShuttingDown or SipReason.MessageExpired => 480,
        >= SipReason.ContentLengthMissing and <= SipReason.BodyTruncated => 400,
        _ => 0,
    };
}
