namespace Load.Subjects;

/// <summary>Subjects as the command line calls them.</summary>
internal static class SubjectNames
{
    public const string Gateway = "gateway";
    public const string Kamailio = "kamailio";
    public const string KamailioPresence = "kamailio-presence";
    public const string Prosody = "prosody";
    public const string Ejabberd = "ejabberd";
    public const string Servers = "servers";
    public const string Bare = "bare";

    public static IReadOnlyList<string> All { get; } = [Gateway, Kamailio, KamailioPresence, Prosody, Ejabberd, Servers, Bare];
}
