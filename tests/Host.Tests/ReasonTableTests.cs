using Gateway.Host.Reasons;

namespace Host.Tests;

/// <summary>No reason without a row, no row without a reason.</summary>
public sealed class ReasonTableTests
{
    public static TheoryData<string> Reasons() =>
        [.. ReasonTable.Rooms.SelectMany(r => Enum.GetNames(r.Reasons).Select(n => $"{r.Room}.{n}"))];

    [Theory]
    [MemberData(nameof(Reasons))]
    public void Every_member_of_every_reason_enum_has_a_row_with_text_and_next_step(string reason)
    {
        var row = ReasonTable.Find(reason);

        Assert.True(row is not null, $"{reason} has no row in Gateway.Host/Reasons");
        Assert.NotEmpty(row.NextStep);
        Assert.True(row.Text.Length > 0 || reason.EndsWith(".None", StringComparison.Ordinal), $"{reason} has no text");
    }

    [Fact]
    public void Every_row_belongs_to_a_member()
    {
        var members = ReasonTable.Rooms.SelectMany(r => Enum.GetNames(r.Reasons).Select(n => $"{r.Room}.{n}")).ToHashSet(StringComparer.Ordinal);

        Assert.All(ReasonTable.All, row => Assert.Contains(row.Name, (IReadOnlySet<string>)members));
    }

    [Fact]
    public void Every_reason_enum_of_the_rooms_is_listed()
    {
        var listed = ReasonTable.Rooms.Select(r => r.Reasons).ToHashSet();
        var found = Directory.GetFiles(AppContext.BaseDirectory, "*.dll")
            .Where(f => Path.GetFileName(f).Split('.')[0] is "Gateway" or "Presence" or "Certificates")
            .SelectMany(f => System.Reflection.Assembly.LoadFrom(f).GetExportedTypes())
            .Where(t => t.IsEnum && t.Name.EndsWith("Reason", StringComparison.Ordinal) && t.Name != "TerminationReason"); // words of the wire, RFC 6665 §4.1.3

        Assert.DoesNotContain(found, t => !listed.Contains(t));
    }
}
