namespace Gateway.Sip.Protocol.Wire;

/// <summary>What the framer found at the start of the received bytes.</summary>
public enum SipFrameVerdict
{
    NeedMore,
    KeepAlive,
    Message,
    Rejected,
}
