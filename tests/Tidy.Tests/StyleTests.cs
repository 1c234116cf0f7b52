using System.Text.RegularExpressions;

namespace Tidy.Tests;

/// <summary>What a reader may rely on: sizes, words that never occur, tags that keep their promise.</summary>
public sealed class StyleTests
{
    private const int FileLinesMax = 400;
    private const int LineCharactersMax = 200;

    // Tests carry wire text and tables in one line, where breaking them would hide what is tested.
    private const int TestLineCharactersMax = 320;
    private const int BlockLinesMax = 60;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public void Files_are_short() =>
        None(Repository.Everything.Where(f => f.Lines.Count > FileLinesMax).Select(f => $"{f.Path}: {f.Lines.Count} lines"));

    [Fact]
    public void Lines_are_short()
    {
        None(Repository.Product.SelectMany(f => f.Where(l => l.Length > LineCharactersMax)));
        None(Repository.Everything.SelectMany(f => f.Where(l => l.Length > TestLineCharactersMax)));
    }

    [Fact]
    public void Methods_fit_a_screen() => None(Repository.Product.SelectMany(LongBlocks));

    [Theory]
    [InlineData(@"^\s*#region")]
    [InlineData(@"\bThread\.Sleep\b")]
    [InlineData(@"\bTask\.Delay\b")]
    [InlineData(@"\bSkip\s*=\s*""")]
    [InlineData(@"\b(TODO|FIXME|XXX|HACK)\b(?!.*#\d)")]
    [InlineData(@"\bDateTime\.(Utc)?Now\b")]
    [InlineData(@"\bGC\.Collect\b")]
    public void Words_that_never_occur(string pattern) =>
        None(Repository.Everything.Where(f => !f.Path.StartsWith("tests/Tidy.Tests/", StringComparison.Ordinal))
            .SelectMany(f => f.Where(l => Regex.IsMatch(l, pattern, RegexOptions.None, Patience))));

    [Fact]
    public void No_exception_is_swallowed_in_silence()
    {
        var empty = new Regex(@"catch\s*(\([^)]*\))?\s*(when\s*\([^\n]*\))?\s*\{\s*\}", RegexOptions.None, Patience);
        None(Repository.Everything.Where(f => !f.Path.StartsWith("tests/Tidy.Tests/", StringComparison.Ordinal) && empty.IsMatch(f.Text)).Select(f => f.Path));
    }

    [Fact]
    public void No_type_is_called_after_nothing()
    {
        var name = new Regex(@"\b(class|record|struct|interface)\s+\w*(Utils?|Utilities|Helpers?|Common|Manager|Service)\b", RegexOptions.None, Patience);
        None(Repository.Product.SelectMany(f => f.Where(l => !l.TrimStart().StartsWith("//", StringComparison.Ordinal) && name.IsMatch(l))));
    }

    [Fact]
    public void Public_types_say_what_they_are()
    {
        var type = new Regex(@"^public (?:(?:sealed|static|abstract|readonly|partial|ref|unsafe) )*(?:class|record|struct|interface|enum|delegate)\b", RegexOptions.None, Patience);
        None(Repository.Product.SelectMany(f => f.Lines.Select((line, at) => (line, at))
            .Where(l => type.IsMatch(l.line) && !HasSummary(f, l.at)).Select(l => $"{f.Path}:{l.at + 1}: {l.line}")));
    }

    [Fact]
    public void Workarounds_name_a_fixture_that_exists()
    {
        // COMPAT(peer): why, fixture name. The fixture is a file of interop-fixtures or of the tests.
        var known = Repository.Files.Where(f => f.StartsWith("interop-fixtures/", StringComparison.Ordinal) || f.StartsWith("tests/", StringComparison.Ordinal))
            .Select(f => Path.GetFileNameWithoutExtension(f)).ToHashSet(StringComparer.Ordinal);
        var tag = new Regex(@"fixture:? ([\w.\-]+)", RegexOptions.None, Patience);
        var bad = new List<string>();
        foreach (var file in Repository.Product)
            for (var at = 0; at < file.Lines.Count; at++)
            {
                if (!file.Lines[at].Contains("COMPAT(", StringComparison.Ordinal)) continue;
                var comment = string.Join(' ', file.Lines.Skip(at).Take(6).TakeWhile(l => l.TrimStart().StartsWith("//", StringComparison.Ordinal)));
                var fixture = tag.Match(comment);
                if (!fixture.Success || !known.Contains(fixture.Groups[1].Value.TrimEnd('.'))) bad.Add($"{file.Path}:{at + 1}: {comment.Trim()}");
            }

        None(bad);
    }

    private static bool HasSummary(SourceFile file, int at)
    {
        for (var line = at - 1; line >= 0; line--)
        {
            var text = file.Lines[line].TrimStart();
            if (text.StartsWith("///", StringComparison.Ordinal)) return true;
            if (!text.StartsWith('[') && !text.EndsWith(']')) return false;
        }

        return false;
    }

    // A block is what stands between braces of one indentation. Types and tables written as one switch may be long; everything else fits a screen.
    private static IEnumerable<string> LongBlocks(SourceFile file)
    {
        var isType = new Regex(@"\b(class|record|struct|interface|enum|namespace)\b", RegexOptions.None, Patience);
        for (var open = 0; open < file.Lines.Count; open++)
        {
            var line = file.Lines[open];
            if (line.Trim() != "{") continue;
            var close = open + 1;
            while (close < file.Lines.Count && !(file.Lines[close].TrimStart().StartsWith('}') && Indent(file.Lines[close]) == Indent(line))) close++;
            var header = open - 1;
            while (header > 0 && Indent(file.Lines[header]) > Indent(line)) header--;
            var isTable = isType.IsMatch(file.Lines[header]) || file.Lines[header].EndsWith(" switch", StringComparison.Ordinal);
            if (close - open + 1 > BlockLinesMax && !isTable) yield return $"{file.Path}:{header + 1}: {close - open + 1} lines";
        }
    }

    private static int Indent(string line) => line.Length - line.TrimStart().Length;

    private static void None(IEnumerable<string> places)
    {
        var found = places.ToList();
        Assert.True(found.Count == 0, string.Join('\n', found));
    }
}
