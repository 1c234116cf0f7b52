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
}
