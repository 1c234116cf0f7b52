using System.Globalization;
using Load.Scenarios;

namespace Load.Subjects;

/// <summary>Scenarios as the command line calls them.</summary>
internal static class ScenarioNames
{
    public const string Page = "page";
    public const string Session = "session";
    public const string ToSip = "to-sip";
    public const string PresenceToSip = "presence-to-sip";
    public const string PresenceToXmpp = "presence-to-xmpp";
    public const string Subscribe = "subscribe";
    public const string Handshakes = "handshakes";
    public const string Pairs = "pairs";
    public const string Refresh = "refresh";
    public const string Streams = "streams";
    public const string Stanzas = "stanzas";
    public const string StanzasBack = "stanzas-back";

    /// <summary>The scenario and over how much it runs, of <c>name@CxS</c>.</summary>
    public static (string Name, Fleet Fleet) Read(string word)
    {
        var at = word.IndexOf('@', StringComparison.Ordinal);
        if (at < 0) return (word, Fleet.Usual);
        var counts = word[(at + 1)..].Split('x');
        if (counts.Length == 2 && int.TryParse(counts[0], CultureInfo.InvariantCulture, out var connections) && int.TryParse(counts[1], CultureInfo.InvariantCulture, out var streams))
            return (word[..at], new Fleet(connections, streams));
        throw new LoadFailureException($"--scenario {word}: name or name@CONNECTIONSxSTREAMS");
    }
}
