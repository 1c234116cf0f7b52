namespace Gateway.Host.Configuration.Editing;

/// <summary>
/// Puts a new text in the place of the configuration file: a copy of the old one beside it, the new one complete on the disk before it takes the name, owner and mode as they were. Whoever
/// reads the file meanwhile reads the one or the other.
/// </summary>
internal static class ConfigurationWriter
{
    /// <summary>The copy's path, or why nothing was written.</summary>
    public static (string? Backup, string Fault) Replace(string file, ReadOnlySpan<byte> before, ReadOnlySpan<byte> after)
    {
        var target = File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(file);
        var backup = target + ".bak";
        var draft = $"{target}.{Guid.NewGuid():N}.new";
        try
        {
            if (!before.SequenceEqual(File.ReadAllBytes(target))) return (null, $"{file} was changed by somebody else meanwhile; try again");
            File.Copy(target, backup, overwrite: true);
            Write(draft, after);
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(draft, File.GetUnixFileMode(target));
            if (!FileOwner.Copy(target, draft)) return (null, $"{file} belongs to another user, to whom a new file cannot be given; run this as that user or as root");
            File.Move(draft, target, overwrite: true);
            return (backup, "");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return (null, fault.Message);
        }
        finally
        {
            File.Delete(draft);
        }
    }

    private static void Write(string path, ReadOnlySpan<byte> text)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var stream = new FileStream(path, options);
        stream.Write(text);
        stream.Flush(flushToDisk: true);
    }
}
