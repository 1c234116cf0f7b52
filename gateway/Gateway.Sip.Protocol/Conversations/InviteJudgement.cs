namespace Gateway.Sip.Protocol.Conversations;

/// <summary>Verdict on an INVITE: <see cref="Reason"/> None and status 200 to accept it, else what to answer. The offer is null when the INVITE had none.</summary>
public sealed record InviteJudgement(SipReason Reason, int Status, SessionDescription? Offer = null, string? Unsupported = null)
{
    public bool IsAcceptable => Reason == SipReason.None;
}
