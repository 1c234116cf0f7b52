using System.Globalization;
using LyncEdge.Wire;

namespace LyncEdge.Talk;

/// <summary>
/// Session timers as RFC 4028 has them (field fact H20): whose turn it is refreshes at half the interval by UPDATE; if that is the gateway and it does
/// not, the session is over at the end of the interval (§10).
/// </summary>
public sealed class SessionClock(AccessEdge edge, TalkDesk desk)
{
    /// <param name="interval">Session-Expires of the answer both sides know; null leaves the session without end.</param>
    /// <param name="isAsker">The request that was answered was ours.</param>
    public void Agreed(Conversation conversation, string? interval, bool isAsker)
    {
        conversation.SessionTimer?.Dispose();
        if (interval is null || !int.TryParse(interval.Split(';')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)) return;
        var isOurs = SipText.Parameter(interval, "refresher") == "uac" == isAsker;
        edge.Events.Emit("session", ("from", conversation.Local), ("to", conversation.Remote), ("seconds", seconds), ("refresher", isOurs ? "us" : "gateway"));
        conversation.SessionTimer = isOurs
            ? edge.Clock.After(seconds * 500, () => desk.Request(conversation, "UPDATE", null, null, ["Session-Expires: " + interval, "Min-SE: 90"], id: null))
            : edge.Clock.After(seconds * 1000, () => Over(conversation));
    }

    private void Over(Conversation conversation)
    {
        edge.Events.Violation("H20", "session-expired", "the gateway did not refresh the session", conversation.Dialog.CallId);
        desk.Close(conversation, id: null);
    }
}
