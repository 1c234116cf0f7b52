using Gateway.Sip.Protocol.Wire;

namespace Gateway.Sip.Protocol.Conversations;

/// <summary>
/// Tells a two-party message session from everything else Microsoft clients invite to (field fact C1): multiparty, conferences, audio, video
/// and files are refused in a way that lets the client fall back.
/// </summary>
public static class InviteJudge
{
    public static InviteJudgement Judge(SipRequest invite)
    {
        if (invite.Lists(SipHeaderId.Require, "com.microsoft.rtc-multiparty"u8))
            return new(SipReason.MultipartyRefused, 420, Unsupported: "com.microsoft.rtc-multiparty");
        if (invite.First(SipHeaderId.Require) is { IsEmpty: false } && UnknownExtension(invite) is { } unknown)
            return new(SipReason.ExtensionUnsupported, 420, Unsupported: unknown);
        if (System.Text.Ascii.EqualsIgnoreCase(invite.First(SipHeaderId.TriggeredInvite), "TRUE"u8) || invite.All(SipHeaderId.EndPoints).Count() > 2)
            return new(SipReason.MultipartyRefused, 488);

        var type = invite.First(SipHeaderId.ContentType);
        if (invite.Body.IsEmpty) return new(SipReason.None, 200);
        if (!SipBody.IsPlainlyEncoded(invite)) return new(SipReason.EncodingUnsupported, 415);
        if (MediaType.Matches(type, "application/ms-conf-invite+xml"u8)) return new(SipReason.ConferenceRefused, 488);
        if (MediaType.TryRead(type, out var media) && media.Type.Equals("multipart", StringComparison.OrdinalIgnoreCase))
        {
            return invite.Body.Span.IndexOf("application/ms-filetransfer+xml"u8) >= 0
                ? new(SipReason.FileTransferRefused, 488)
                : new(SipReason.AudioVideoRefused, 488);
        }

        // RFC 3261 §8.2.3: what need not be understood is as if it were not there.
        if (!MediaType.Matches(type, "application/sdp"u8)) return SipBody.IsOptional(invite) ? new(SipReason.None, 200) : new(SipReason.BodyTypeUnsupported, 415);
        if (!SessionDescription.TryRead(invite.Body.Span, out var offer)) return new(SipReason.SessionNotAcceptable, 488);
        return offer.Message is null ? new(SipReason.AudioVideoRefused, 488) : new(SipReason.None, 200, offer);
    }

    /// <summary>First required extension we do not have; <c>timer</c> is the one we do (RFC 4028).</summary>
    private static string? UnknownExtension(SipRequest invite)
    {
        foreach (var token in invite.All(SipHeaderId.Require))
        {
            if (!System.Text.Ascii.EqualsIgnoreCase(token, "timer"u8)) return SipGrammar.Text(token);
        }

        return null;
    }
}
