"""The records, one module for each concern."""

from .accounts import (
    AccountRequest,
    Allowance,
    CitizenCertificate,
    Deputyship,
    EmailChange,
    IdentityLookup,
    LoginFailure,
    PasswordReset,
    RevocationList,
    Session,
    SignatureChallenge,
)
from .applications import Application, ApplicationStep, CaseContent, Decision, Presence, Roster, UntoldDecision
from .books import BookIssue, NumberSeries, RecordBook, Tally
from .corrections import Correction, CorrectionExchange, EyeCheck
from .drafts import Draft, DraftEntry, HalfWritten, KeptSearch
from .ledgers import Award, HonorCard, InsuranceCover, OtherEntry, PerformanceCertificate, ServiceHours
from .office import AccessEntry, Backup, HistoryEntry, KeyCheck, MailTemplate, OfficeEntry, OutgoingMail, PhoneCall
from .people import Account, Membership, StoredFile, Volunteer
from .places import Agency, CalendarDay, County, Field, HostUnit, RequiredHours, Rule, ServiceCode, Team
from .trainings import Training

__all__ = [
    'AccessEntry',
    'Account',
    'AccountRequest',
    'Agency',
    'Allowance',
    'Application',
    'ApplicationStep',
    'Award',
    'Backup',
    'BookIssue',
    'CalendarDay',
    'CaseContent',
    'CitizenCertificate',
    'Correction',
    'CorrectionExchange',
    'County',
    'Decision',
    'Deputyship',
    'Draft',
    'DraftEntry',
    'EmailChange',
    'EyeCheck',
    'Field',
    'HalfWritten',
    'HistoryEntry',
    'HonorCard',
    'HostUnit',
    'IdentityLookup',
    'InsuranceCover',
    'KeptSearch',
    'KeyCheck',
    'LoginFailure',
    'MailTemplate',
    'Membership',
    'NumberSeries',
    'OfficeEntry',
    'OtherEntry',
    'OutgoingMail',
    'PasswordReset',
    'PerformanceCertificate',
    'PhoneCall',
    'Presence',
    'RecordBook',
    'RequiredHours',
    'RevocationList',
    'Roster',
    'Rule',
    'ServiceCode',
    'ServiceHours',
    'Session',
    'SignatureChallenge',
    'StoredFile',
    'Tally',
    'Team',
    'Training',
    'UntoldDecision',
    'Volunteer',
]
