namespace CdcLake.AspNetCore.Api;

/// <summary>An answer that is not the one that was asked for.</summary>
/// <param name="status">Of HTTP.</param>
/// <param name="title">What is wrong.</param>
/// <param name="detail">What to do about it.</param>
internal sealed class ApiException(int status, string title, string detail) : Exception(title)
{
    public int Status => status;

    public string Detail => detail;
}
