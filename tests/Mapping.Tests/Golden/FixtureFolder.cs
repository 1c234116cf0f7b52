namespace Mapping.Tests.Golden;

/// <summary>
/// One case of a conversion: a folder with <c>in.*</c> and <c>out.*</c>, and nothing else to read. With GATEWAY_GOLDEN=write the outcome is written anew, and the difference is reviewed like code.
/// </summary>
public sealed class FixtureFolder
{
    private static readonly string Root = FindRoot();

    private readonly string path;

    public FixtureFolder(string name)
    {
        path = Path.Combine(Root, "interop-fixtures", name);
    }

    public static TheoryData<string> CasesOf(string kind)
    {
        var cases = new TheoryData<string>();
        foreach (var folder in Directory.GetDirectories(Path.Combine(Root, "interop-fixtures", kind)).Order(StringComparer.Ordinal))
            cases.Add($"{kind}/{Path.GetFileName(folder)}");
        return cases;
    }

    public byte[] Read(string file) => File.ReadAllBytes(Path.Combine(path, file));

    /// <summary>The SIP message of a text file: lines may end with LF, the body is what follows the first empty line, without the file's last line end.</summary>
    public byte[] ReadSip(string file)
    {
        var text = File.ReadAllText(Path.Combine(path, file)).ReplaceLineEndings("\n").TrimEnd('\n');
        var head = text.IndexOf("\n\n", StringComparison.Ordinal);
        var (lines, body) = head < 0 ? (text, "") : (text[..head], text[(head + 2)..]);
        var bytes = System.Text.Encoding.UTF8.GetBytes(body);
        return [.. System.Text.Encoding.UTF8.GetBytes($"{lines.ReplaceLineEndings("\r\n")}\r\nContent-Length: {bytes.Length}\r\n\r\n"), .. bytes];
    }

    public void AssertMatches(string file, string actual)
    {
        var target = Path.Combine(path, file);
        var lines = actual.ReplaceLineEndings("\n").TrimEnd('\n') + "\n";
        if (Environment.GetEnvironmentVariable("GATEWAY_GOLDEN") == "write") File.WriteAllText(target, lines);
        Assert.True(File.Exists(target), $"{target} is missing; make golden writes it.");
        Assert.Equal(File.ReadAllText(target), lines);
    }

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Gateway.sln"))) directory = directory.Parent;
        return directory?.FullName ?? throw new DirectoryNotFoundException("No Gateway.sln above the tests.");
    }
}
