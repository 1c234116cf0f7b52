namespace Gateway.Sip.Protocol.Wire;

/// <summary>
/// One answer of <see cref="SipFramer"/>. <see cref="Consumed"/> bytes are done with whatever the verdict. A rejected frame may still carry
/// its message, enough of it to be answered; when <see cref="IsStreamLost"/> the connection must end because no next message can be found.
/// </summary>
public readonly record struct SipFrame(SipFrameVerdict Verdict, int Consumed, SipMessage? Message, SipReason Reason, bool IsStreamLost);
