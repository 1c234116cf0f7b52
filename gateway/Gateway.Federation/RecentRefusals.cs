namespace Gateway.Federation;

/// <summary>One refusal as <c>status</c> shows it: repeated ones of one subject and reason are counted, with the words of the last.</summary>
public sealed record Refusal(string Subject, string Reason, string Text, DateTimeOffset FirstAt, DateTimeOffset LastAt, long Count);

/// <summary>
/// The latest distinct refusals of each reason, at most <see cref="EntriesMax"/> in all. <c>Subject</c> is a peer's name, or the claimed domain of a stranger. Texts hold no addresses of users,
/// and nothing that steers a terminal. A lock is taken on refusals only, never by what crosses.
/// </summary>
public sealed class RecentRefusals(TimeProvider time)
{
    public const int EntriesMax = 128;

    private const int SubjectCharsMax = 255;
    private const int TextCharsMax = 1_000;

    private readonly Lock gate = new();
    private readonly Dictionary<(string Subject, string Reason), Refusal> entries = [];

    /// <summary>Told of each refusal, repeated ones too, with subject, reason and text; Host sets it to log and metric. Must not block.</summary>
    public Action<string, string, string>? Sink { get; init; }

    /// <param name="subject">Who was refused.</param>
    /// <param name="reason">The public name.</param>
    /// <param name="text">What happened.</param>
    /// <param name="isGeneral">The text says no more than the reason does: one that is there already stays.</param>
    public void Add(string subject, string reason, string text, bool isGeneral = false)
    {
        (subject, text) = (PrintableText.Of(Cut(subject, SubjectCharsMax)), PrintableText.Of(Cut(text, TextCharsMax)));
        Sink?.Invoke(subject, reason, text);
        var now = time.GetUtcNow();
        var key = (subject, reason);
        lock (gate)
        {
            if (entries.TryGetValue(key, out var known))
            {
                entries[key] = known with { Text = isGeneral ? known.Text : text, LastAt = now, Count = known.Count + 1 };
                return;
            }

            if (entries.Count >= EntriesMax) entries.Remove(Oldest());
            entries.Add(key, new Refusal(subject, reason, text, now, now, 1));
        }
    }

    /// <summary>Latest first.</summary>
    public IReadOnlyList<Refusal> Snapshot()
    {
        lock (gate) return [.. entries.Values.OrderByDescending(r => r.LastAt).ThenBy(r => r.Subject, StringComparer.Ordinal)];
    }

    // Of the most frequent reason: whoever invents names is refused for one or two, and must not push out what happens to others.
    private (string Subject, string Reason) Oldest()
    {
        var most = entries.CountBy(e => e.Key.Reason).ToDictionary();
        return entries.MaxBy(e => (most[e.Key.Reason], -e.Value.LastAt.UtcTicks)).Key;
    }

    private static string Cut(string text, int charsMax) => text.Length <= charsMax ? text : text[..charsMax];
}
