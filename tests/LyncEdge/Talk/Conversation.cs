using LyncEdge.Dialogs;
using LyncEdge.Wire;

namespace LyncEdge.Talk;

/// <summary>One IM dialog between one of our users and one behind the gateway (field facts C1–C5).</summary>
public sealed class Conversation
{
    public required Dialog Dialog { get; init; }

    public required string Local { get; init; }

    public required string Remote { get; init; }

    public required bool IsOutgoing { get; init; }

    /// <summary>calling, ringing, held, established or ended.</summary>
    public string State { get; set; } = "calling";

    public SipMessage? Invite { get; set; }

    public Incoming? Arriving { get; set; }

    /// <summary>What we said we take; a message of another type breaks C4.</summary>
    public required IReadOnlyList<string> OurTypes { get; init; }

    public string PeerTypes { get; set; } = "";

    public Queue<OutgoingText> Waiting { get; } = new();

    public OutgoingText? Outstanding { get; set; }

    /// <summary>The first line, carried in the INVITE too; sent again unless the answer claims it (field fact C3).</summary>
    public OutgoingText? Embedded { get; set; }

    /// <summary>MESSAGEs of the gateway we have not answered yet: never more than one (C4).</summary>
    public int Unanswered { get; set; }

    public IDisposable? AnswerTimer { get; set; }

    /// <summary>RFC 4028: our next refresh, or the time by which the other side must have refreshed.</summary>
    public IDisposable? SessionTimer { get; set; }

    public bool IsLive => State is "established";
}
