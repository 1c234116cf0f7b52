namespace Gateway.Sip.Protocol.Wire;

/// <summary>Methods we know by name (RFC 3261 §7.1 and its extensions). The wire is open: any other token is <see cref="Other"/> and keeps its spelling.</summary>
public enum SipMethod : byte
{
    Other = 0,
    Invite,
    Ack,
    Bye,
    Cancel,
    Options,
    Register,
    Message,
    Info,
    Subscribe,
    Notify,
    Benotify,
    Publish,
    Update,
    Refer,
    Prack,
    Service,
    Negotiate,
}
