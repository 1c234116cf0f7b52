using Presence.Core.Model;

namespace Presence.Core;

/// <summary>What the engine answers to a command once its facts are durable.</summary>
public readonly record struct PresenceReply(bool IsAccepted, PresenceReason Reason, int ExpiresSeconds)
{
    public static PresenceReply Accepted(int expiresSeconds = 0) => new(true, PresenceReason.None, expiresSeconds);

    public static PresenceReply Refused(PresenceReason reason) => new(false, reason, 0);
}
