namespace Lab;

/// <summary>A temporary directory of one lab. Kept when the test failed (or <c>LAB_KEEP=1</c>), else removed.</summary>
public sealed class LabDirectory : IDisposable
{
    private readonly bool _isTemporary;

    public LabDirectory(string name)
    {
        Root = Path.Combine(Path.GetTempPath(), $"gateway-lab-{name}-{Guid.NewGuid().ToString("N")[..12]}");
        Directory.CreateDirectory(Root);
        _isTemporary = true;
    }

    private LabDirectory(DirectoryInfo root) => Root = root.FullName;

    public string Root { get; }

    public bool IsKept { get; set; } = Environment.GetEnvironmentVariable("LAB_KEEP") == "1";

    /// <summary>A directory that outlives us, made when missing.</summary>
    public static LabDirectory At(string path) => new(Directory.CreateDirectory(path));

    public string File(string name) => Path.Combine(Root, name);

    public string Folder(string name) => Directory.CreateDirectory(Path.Combine(Root, name)).FullName;

    public void Dispose()
    {
        if (_isTemporary && !IsKept) Directory.Delete(Root, recursive: true);
    }
}
