using System.Globalization;

namespace LyncEdge.Presence;

/// <summary>
/// What a Microsoft user shows: a row of the availability table (field fact B6a) and what its server makes of it in PIDF. Form,
/// entity and note may be bent to the variants a reader must accept (B4).
/// </summary>
public sealed record ShownState
{
    private static readonly ShownState[] Rows =
    [
        Row("available", 3500, "Available", "open", null),
        Row("idle", 5000, "Inactive", "open", "away"),
        Row("busy", 6500, "Busy", "open", "busy"),
        Row("on-the-phone", 6500, "In a call", "open", "busy"),
        Row("in-a-conference", 6500, "In a conference", "open", "busy"),
        Row("in-a-meeting", 6500, "In a meeting", "open", "busy"),
        Row("busy-idle", 7500, "Busy", "open", "busy"),
        Row("do-not-disturb", 9500, "Do Not Disturb", "open", "busy"),
        Row("urgent-interruptions-only", 9500, "Urgent interruptions only", "open", "busy"),
        Row("in-presentation", 9500, "Presenting", "open", "busy"),
        Row("be-right-back", 12500, "Be Right Back", "open", "away"),
        Row("away", 15500, "Away", "open", "away"),
        Row("off-work", 15500, "Off Work", "open", "away"),
        Row("out-of-office", 15500, "Out of Office", "open", "away"),
        Row("offline", 18500, "Offline", "closed", null),
        Row("unknown", 0, "Presence unknown", "closed", null),
    ];

    private static readonly Dictionary<string, string> Synonyms = new(StringComparer.Ordinal)
    {
        ["inactive"] = "idle", ["available-idle"] = "idle", ["dnd"] = "do-not-disturb", ["brb"] = "be-right-back", ["appear-offline"] = "offline", ["online"] = "available",
    };

    public required string Name { get; init; }

    public required int Number { get; init; }

    public required string Label { get; init; }

    public required string Basic { get; init; }

    public string? Activity { get; init; }

    public string? Note { get; init; }

    /// <summary>draft, es, rpid-status, rpid-tuple or rpid-person: where and how the activity stands.</summary>
    public string Form { get; init; } = "draft";

    /// <summary>sip, pres or bare.</summary>
    public string EntityScheme { get; init; } = "sip";

    /// <summary>Declare utf-16 while the bytes are UTF-8, as one server does.</summary>
    public bool DeclaresUtf16 { get; init; }

    public static ShownState Available => Rows[0];

    public static ShownState Offline => Rows[^2];

    public static IEnumerable<string> Names => Rows.Select(r => r.Name);

    /// <summary>A row by its name, by a number of its range, or null.</summary>
    public static ShownState? Find(string word)
    {
        if (int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return ByNumber(number) with { Number = number };
        var name = word.ToLowerInvariant().Replace(' ', '-').Replace('_', '-');
        return Array.Find(Rows, r => r.Name == Synonyms.GetValueOrDefault(name, name));
    }

    private static ShownState ByNumber(int number) => number switch
    {
        < 3000 => Find("unknown")!,
        < 4500 => Find("available")!,
        < 6000 => Find("idle")!,
        < 7500 => Find("busy")!,
        < 9000 => Find("busy-idle")!,
        < 12000 => Find("do-not-disturb")!,
        < 15000 => Find("be-right-back")!,
        < 18000 => Find("away")!,
        _ => Offline,
    };

    private static ShownState Row(string name, int number, string label, string basic, string? activity) =>
        new() { Name = name, Number = number, Label = label, Basic = basic, Activity = activity };
}
