using System.Text.RegularExpressions;

namespace Tidy.Tests;

/// <summary>Laws 1 to 6: who may reference and name whom.</summary>
public sealed class LawTests
{
    /// <summary>The room table. The sides may also see Certificates: evidence and proofs are its types (docs/decisions/0004).</summary>
    private static readonly Dictionary<string, string[]> MayReference = new(StringComparer.Ordinal)
    {
        ["Presence.Core"] = [],
        ["Gateway.Sip.Protocol"] = [],
        ["Gateway.Xmpp.Protocol"] = [],
        ["Certificates"] = [],
        ["Gateway.Federation"] = ["Presence.Core", "Certificates"],
        ["Presence.Engine"] = ["Presence.Core"],
        ["Presence.Sqlite"] = ["Presence.Core"],
        ["Presence.Postgres"] = ["Presence.Core"],
        ["Gateway.Transport"] = ["Certificates"],
        ["Gateway.Mapping"] = ["Gateway.Federation", "Presence.Core", "Gateway.Sip.Protocol", "Gateway.Xmpp.Protocol"],
        ["Gateway.Sip"] = ["Gateway.Sip.Protocol", "Gateway.Mapping", "Gateway.Federation", "Gateway.Transport", "Presence.Core", "Certificates"],
        ["Gateway.Xmpp"] = ["Gateway.Xmpp.Protocol", "Gateway.Mapping", "Gateway.Federation", "Gateway.Transport", "Presence.Core", "Certificates"],
        ["Gateway.Admin"] = ["Gateway.Federation", "Presence.Core", "Gateway.Transport", "Certificates"],
        ["Gateway.Host"] =
        [
            "Gateway.Admin", "Gateway.Sip", "Gateway.Xmpp", "Gateway.Mapping", "Gateway.Federation", "Gateway.Transport", "Gateway.Sip.Protocol", "Gateway.Xmpp.Protocol",
            "Presence.Core", "Presence.Engine", "Presence.Sqlite", "Presence.Postgres", "Certificates",
        ],
    };

    private static readonly string[] PureRooms = ["Presence.Core", "Gateway.Sip.Protocol", "Gateway.Xmpp.Protocol", "Gateway.Mapping"];

    public static TheoryData<string> Rooms() => [.. Repository.Rooms.Keys];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void Law_1_a_room_references_only_the_rooms_below_it(string room)
    {
        Assert.True(MayReference.TryGetValue(room, out var allowed), $"{room} is not in the room table");
        Assert.DoesNotContain(Repository.ReferencesOf(Repository.Rooms[room]), r => !allowed.Contains(r, StringComparer.Ordinal));
    }

    [Fact]
    public void Law_1_references_are_never_transitive() =>
        Assert.Contains("<DisableTransitiveProjectReferences>true</DisableTransitiveProjectReferences>", Repository.Read("Directory.Build.props"), StringComparison.Ordinal);

    [Theory]
    [InlineData("System.Net.Sockets")]
    [InlineData("System.Net.Security")]
    [InlineData("System.Threading.Channels")]
    [InlineData("Microsoft.Extensions")]
    [InlineData("System.Timers")]
    public void Law_2_pure_rooms_use_no_namespace_that_acts(string name) =>
        None(Repository.Product.Where(IsPure).SelectMany(f => f.Where(l => l.Contains(name, StringComparison.Ordinal))));

    [Theory]
    [InlineData(@"\bDateTime(Offset)?\.(Utc)?Now\b")]
    [InlineData(@"\b(File|Directory)\.[A-Z]")]
    [InlineData(@"\bnew (Thread|Timer|Random|Socket)\b")]
    [InlineData(@"\b(Random\.Shared|RandomNumberGenerator|Stopwatch|ThreadPool|Task\.Run|ILogger|Console)\b")]
    public void Law_2_pure_rooms_touch_no_clock_file_thread_log_or_chance(string pattern) =>
        None(Repository.Product.Where(IsPure).SelectMany(f => f.Where(l => !IsComment(l) && Regex.IsMatch(l, pattern, RegexOptions.None, Patience))));

    [Fact]
    public void Law_2_the_compiler_holds_pure_rooms_to_it_as_well()
    {
        var props = Repository.Read("Directory.Build.props");
        Assert.All(PureRooms, room => Assert.Contains($"'{room}'", props, StringComparison.Ordinal));
        Assert.Contains("BannedSymbols.Pure.txt", props, StringComparison.Ordinal);
    }

    [Fact]
    public void Law_3_the_sides_never_name_each_other()
    {
        None(Repository.Product.Where(f => f.IsIn("Gateway.Sip") || f.IsIn("Gateway.Sip.Protocol")).SelectMany(f => f.Where(l => l.Contains("Gateway.Xmpp", StringComparison.Ordinal))));
        None(Repository.Product.Where(f => f.IsIn("Gateway.Xmpp") || f.IsIn("Gateway.Xmpp.Protocol")).SelectMany(f => f.Where(l => l.Contains("Gateway.Sip", StringComparison.Ordinal))));
    }

    [Fact]
    public void Law_3_in_the_mapping_each_protocol_has_its_own_folder()
    {
        None(Repository.Product.Where(f => f.Path.Contains("Gateway.Mapping/Sip/", StringComparison.Ordinal)).SelectMany(f => f.Where(l => l.Contains("Xmpp.Protocol", StringComparison.Ordinal))));
        None(Repository.Product.Where(f => f.Path.Contains("Gateway.Mapping/Xmpp/", StringComparison.Ordinal)).SelectMany(f => f.Where(l => l.Contains("Sip.Protocol", StringComparison.Ordinal))));
    }

    [Fact]
    public void Law_4_presence_core_and_certs_know_no_gateway() =>
        None(Repository.Product.Where(f => f.Path.StartsWith("presence-core/", StringComparison.Ordinal) || f.Path.StartsWith("certs/", StringComparison.Ordinal))
            .SelectMany(f => f.Where(l => l.Contains("using Gateway.", StringComparison.Ordinal) || l.Contains("Gateway.Federation", StringComparison.Ordinal))));

    [Fact]
    public void Law_5_only_the_host_reads_the_configuration() =>
        None(Repository.Product.Where(f => !f.IsIn("Gateway.Host")).SelectMany(f => f.Where(l => !IsComment(l) && l.Contains("appliance.json", StringComparison.Ordinal))));

    [Theory]
    [InlineData("tests/LyncEdge/LyncEdge.csproj")]
    [InlineData("tests/XmppPeer/XmppPeer.csproj")]
    [InlineData("tests/Load/Load.csproj")]
    [InlineData("tests/Lab/Lab.csproj")]
    public void The_other_side_knows_none_of_our_rooms(string project) => Assert.DoesNotContain(Repository.ReferencesOf(project), Repository.Rooms.ContainsKey);

    [Fact]
    public void Namespaces_are_their_folders()
    {
        foreach (var file in Repository.Product)
        {
            var declared = NamespaceLine().Match(file.Text).Groups[1].Value;
            if (declared.Length == 0) continue;
            var folder = Path.GetDirectoryName(file.Path)!.Replace('\\', '/');
            var expected = folder[(folder.IndexOf('/', StringComparison.Ordinal) + 1)..].Replace('/', '.');
            Assert.True(declared == expected, $"{file.Path} declares {declared}, its folder says {expected}");
        }
    }

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static bool IsPure(SourceFile file) => PureRooms.Any(file.IsIn);

    private static bool IsComment(string line) => line.TrimStart().StartsWith("//", StringComparison.Ordinal);

    private static void None(IEnumerable<string> places)
    {
        var found = places.ToList();
        Assert.True(found.Count == 0, string.Join('\n', found));
    }


    private static Regex NamespaceLine() => new(@"^namespace ([\w.]+);", RegexOptions.Multiline, Patience);
}
