namespace Gateway.Host.Reasons;

/// <summary>One reason in full: its public name, what the SIP and the XMPP peer are answered, what it means, what to do.</summary>
public sealed record ReasonRow(string Name, string Sip, string Xmpp, string Text, string NextStep);

/// <summary>Every member of every room's closed reason enum: the source of <c>docs/reasons.md</c> and of the next step that <c>status</c> shows.</summary>
public static partial class ReasonTable
{
    private static readonly Dictionary<string, ReasonRow> Rows = new(StringComparer.Ordinal);

    public static string NextStepOf(string reason) => Rows.TryGetValue(reason, out var row) ? row.NextStep : "";
}
